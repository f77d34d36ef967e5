/**
 * Paths of routes: exact, or with wildcards: "*" is any text without "/", "**" any text. Linear in pattern
 * and path: both may come from strangers.
 */

const STAR = 1;
const GLOBSTAR = 2;
type Token = string | typeof STAR | typeof GLOBSTAR;

export function isGlob(pattern: string): boolean {
  return pattern.includes('*');
}

export function matchesPath(pattern: string, path: string): boolean {
  if (!isGlob(pattern)) return pattern === path;
  const tokens = tokensOf(pattern);
  // Which prefixes of the pattern have matched so far.
  let states = closure(new Set([0]), tokens);
  for (const character of path) {
    const next = new Set<number>();
    for (const at of states) {
      const token = tokens[at];
      if (token === GLOBSTAR || (token === STAR && character !== '/')) next.add(at);
      else if (token === character) next.add(at + 1);
    }
    if (next.size === 0) return false;
    states = closure(next, tokens);
  }
  return states.has(tokens.length);
}

/** A wildcard also stands for nothing. */
function closure(states: Set<number>, tokens: readonly Token[]): Set<number> {
  for (const at of states) if (typeof tokens[at] === 'number') states.add(at + 1);
  return states;
}

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (const character of pattern) {
    if (character !== '*') tokens.push(character);
    else if (tokens.at(-1) === STAR) tokens[tokens.length - 1] = GLOBSTAR;
    else if (tokens.at(-1) !== GLOBSTAR) tokens.push(STAR);
  }
  return tokens;
}
