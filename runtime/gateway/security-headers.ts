/**
 * Sent with every answer. The token is in the page's URL, so no referrer leaves; the page loads nothing from
 * elsewhere, runs nothing inline, and is shown in no frame.
 *
 * @param host as the request names it and the host check has let it pass
 */
export function securityHeaders(host: string | undefined): Readonly<Record<string, string>> {
  // Not every browser counts websockets of the same host as 'self'.
  const sockets = host !== undefined && /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : '';
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "font-src 'self'",
      `connect-src 'self'${sockets}`,
      "manifest-src 'self'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };
}
