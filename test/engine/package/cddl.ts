/**
 * Checks decoded CBOR against a CDDL schema (RFC 8610), for the part of the language that docs/formats uses: rules,
 * maps with literal or typed keys, arrays with members and occurrences `*` and `+`, choices, ranges, `.size`, text
 * literals, parentheses, and the prelude's tstr, bstr, bool, null. Anything else in a schema is an error here, not
 * a silent pass.
 */
import type { CborValue } from '../../../src/engine/package/cbor.js';

type Matcher = (value: CborValue) => boolean;

interface Member {
  readonly occurrence: '*' | '+' | '1';
  /** Literal key, or a matcher for `key => value`; undefined for an array's unnamed member. */
  readonly key: string | Matcher | undefined;
  readonly value: Matcher;
}

/** Gives a function that tells whether a value matches the rule of that name. */
export function parseCddl(source: string): (rule: string, value: CborValue) => boolean {
  const tokens = tokenize(source);
  const rules = new Map<string, Matcher>();
  let at = 0;

  const peek = (ahead = 0): string => tokens[at + ahead] ?? '';
  const next = (): string => tokens[at++] ?? '';
  const expect = (token: string): void => {
    const found = next();
    if (found !== token) throw new Error(`CDDL: '${token}' expected, '${found}' found`);
  };

  function choice(): Matcher {
    const options = [controlled()];
    while (peek() === '/') {
      next();
      options.push(controlled());
    }
    return (value) => options.some((option) => option(value));
  }

  function controlled(): Matcher {
    const base = single();
    if (peek() !== '.size') return base;
    next();
    const [least, most] = peek() === '(' ? (next(), sizeRange(true)) : sizeRange(false);
    return (value) => {
      const size =
        typeof value === 'string'
          ? Buffer.byteLength(value)
          : value instanceof Uint8Array
            ? value.length
            : -1;
      return base(value) && size >= least && size <= most;
    };
  }

  function sizeRange(isBracketed: boolean): readonly [number, number] {
    const least = Number(next());
    const isRange = peek() === '..';
    if (isRange) next();
    const most = isRange ? Number(next()) : least;
    if (isBracketed) expect(')');
    return [least, most];
  }

  function single(): Matcher {
    const token = next();
    if (token === '{') return mapOf(members('}'));
    if (token === '[') return arrayOf(members(']'));
    if (token === '(') {
      const inner = choice();
      expect(')');
      return inner;
    }
    if (token.startsWith('"')) return (value) => value === JSON.parse(token);
    if (/^-?\d+$/.test(token)) {
      const isRange = peek() === '..';
      if (isRange) next();
      const most = isRange ? Number(next()) : Number(token);
      return (value) => typeof value === 'number' && value >= Number(token) && value <= most;
    }
    if (token === 'tstr') return (value) => typeof value === 'string';
    if (token === 'bstr') return (value) => value instanceof Uint8Array;
    if (token === 'bool') return (value) => typeof value === 'boolean';
    if (token === 'null') return (value) => value === null;
    if (!/^[a-zA-Z][\w-]*$/.test(token)) throw new Error(`CDDL: unexpected '${token}'`);
    return (value) => {
      const rule = rules.get(token);
      if (rule === undefined) throw new Error(`CDDL: no rule '${token}'`);
      return rule(value);
    };
  }

  function members(close: string): Member[] {
    const found: Member[] = [];
    while (peek() !== close) {
      const sign = peek();
      const occurrence = sign === '*' || sign === '+' ? sign : '1';
      if (occurrence !== '1') next();
      if (peek(1) === ':') {
        const key = next();
        next();
        found.push({ occurrence, key, value: choice() });
      } else {
        const first = choice();
        if (peek() === '=>') {
          next();
          found.push({ occurrence, key: first, value: choice() });
        } else {
          found.push({ occurrence, key: undefined, value: first });
        }
      }
      if (peek() === ',') next();
    }
    next();
    return found;
  }

  while (at < tokens.length) {
    const name = next();
    expect('=');
    rules.set(name, choice());
  }
  return (rule, value) => {
    const matcher = rules.get(rule);
    if (matcher === undefined) throw new Error(`CDDL: no rule '${rule}'`);
    return matcher(value);
  };
}

function mapOf(members: readonly Member[]): Matcher {
  return (value) => {
    if (!(value instanceof Map)) return false;
    const left = new Map(value);
    for (const { key, value: matcher, occurrence } of members) {
      if (typeof key === 'string') {
        const item = left.get(key);
        if (item === undefined || !matcher(item)) return false;
        left.delete(key);
        continue;
      }
      if (key === undefined || occurrence === '1') throw new Error('CDDL: a map member without a key');
      for (const [name, item] of left) if (key(name) && matcher(item)) left.delete(name);
    }
    return left.size === 0;
  };
}

/** Members match greedily, which suffices for arrays of one repeated member. */
function arrayOf(members: readonly Member[]): Matcher {
  return (value) => {
    if (!Array.isArray(value)) return false;
    let at = 0;
    for (const { value: matcher, occurrence } of members) {
      let count = 0;
      for (;;) {
        const item = value[at];
        if (item === undefined || !matcher(item) || (occurrence === '1' && count === 1)) break;
        at++;
        count++;
      }
      if (occurrence !== '*' && count === 0) return false;
    }
    return at === value.length;
  };
}

function tokenize(source: string): string[] {
  const bare = source.replace(/;.*$/gm, '');
  const pattern = /\s+|("(?:[^"\\]|\\.)*"|=>|\.\.|\.size|-?\d+|[a-zA-Z][\w-]*|[{}[\]():,=/*+])|(.)/gs;
  return [...bare.matchAll(pattern)].flatMap(([, token, other]) => {
    if (other !== undefined) throw new Error(`CDDL: unexpected character '${other}'`);
    return token === undefined ? [] : [token];
  });
}
