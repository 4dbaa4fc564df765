/** A text as JSON writes it. Half of a surrogate pair is escaped, so that the JSON can be written in UTF-8. */
export function quote(text: string): string {
  let isPlain = true;
  for (let index = 0; index < text.length && isPlain; index++) isPlain = !needsEscape(text, index);
  if (isPlain) return '"' + text + '"';
  const parts: string[] = ['"'];
  let from = 0;
  for (let index = 0; index < text.length; index++) {
    if (!needsEscape(text, index)) continue;
    if (index > from) parts.push(text.substring(from, index));
    parts.push(escape(text.charCodeAt(index)));
    from = index + 1;
  }
  parts.push(text.substring(from));
  parts.push('"');
  return parts.join('');
}

function needsEscape(text: string, index: i32): bool {
  const code = text.charCodeAt(index);
  if (code < 0x20 || code == 0x22 || code == 0x5c) return true;
  if ((code & 0xf800) != 0xd800) return false;
  return code < 0xdc00
    ? index + 1 >= text.length || (text.charCodeAt(index + 1) & 0xfc00) != 0xdc00
    : index == 0 || (text.charCodeAt(index - 1) & 0xfc00) != 0xd800;
}

function escape(code: i32): string {
  if (code == 0x22) return '\\"';
  if (code == 0x5c) return '\\\\';
  if (code == 0x0a) return '\\n';
  if (code == 0x0d) return '\\r';
  if (code == 0x09) return '\\t';
  return '\\u' + code.toString(16).padStart(4, '0');
}
