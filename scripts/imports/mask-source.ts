/**
 * TypeScript with everything that is not code made blank: comments wholly, strings between their quotes, the text
 * parts of templates. Positions stay, so that what is found in the mask can be read in the source.
 *
 * It knows just enough to see where code ends. A quote without a partner on its line is taken as code, which is what
 * an apostrophe in JSX text is.
 */
export function maskSource(source: string): string {
  const masked = source.split('');
  const blank = (from: number, to: number) => {
    for (let at = from; at < to; at++) if (masked[at] !== '\n') masked[at] = ' ';
  };
  /** Depth of braces at which a template's `${` was opened: its `}` leads back into the text. */
  const templates: number[] = [];
  let depth = 0;
  let at = 0;

  const skipTemplateText = () => {
    const from = at;
    while (at < source.length && source[at] !== '`' && !source.startsWith('${', at)) at += source[at] === '\\' ? 2 : 1;
    blank(from, at);
    if (source[at] === '`') at += 1;
    else {
      templates.push(depth);
      depth += 1;
      at += 2;
    }
  };

  while (at < source.length) {
    const char = source[at];
    const end = endOfToken(source, at);
    if (end !== undefined) {
      const isComment = char === '/' && (source[at + 1] === '/' || source[at + 1] === '*');
      blank(isComment ? at : at + 1, isComment ? end : end - 1);
      at = end;
    } else if (char === '`') {
      at += 1;
      skipTemplateText();
    } else if (char === '}' && templates.at(-1) === depth - 1) {
      templates.pop();
      depth -= 1;
      at += 1;
      skipTemplateText();
    } else {
      if (char === '{') depth += 1;
      if (char === '}') depth -= 1;
      at += 1;
    }
  }
  return masked.join('');
}

/** Where a comment, string or regular expression that begins here ends; nothing when none does. */
function endOfToken(source: string, at: number): number | undefined {
  const pattern = PATTERNS[source[at] ?? ''];
  if (pattern === undefined) return undefined;
  pattern.lastIndex = at;
  const text = pattern.exec(source)?.[0];
  if (text === undefined) return undefined;
  const isRegularExpression = source[at] === '/' && text[1] !== '/' && text[1] !== '*';
  return isRegularExpression && !mayBeginExpression(source.slice(0, at)) ? undefined : at + text.length;
}

const PATTERNS: Readonly<Record<string, RegExp>> = {
  "'": /'(?:[^'\\\n]|\\[\s\S])*'/y,
  '"': /"(?:[^"\\\n]|\\[\s\S])*"/y,
  '/': /\/\/[^\n]*|\/\*[\s\S]*?\*\/|\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\//y,
};

/** A slash divides behind a value, and begins a regular expression behind an operator or a keyword. */
function mayBeginExpression(before: string): boolean {
  return /(?:^|[=(,;:!&|?{}[+\-*%<>~^]|\b(?:return|typeof|case|in|of|await|yield|throw))\s*$/.test(before.slice(-40));
}
