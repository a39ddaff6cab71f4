/**
 * YAML text to typed data, with every complaint located: `file:line:column: key: what is wrong`.
 *
 * Syntax is YAML 1.2 (yaml), shape is a zod schema. A document is small and plain: at most 64 KiB unless its reader allows more, no aliases (a few lines of them
 * can expand to gigabytes), no custom tags, no key twice. The first problem in file order is reported, and how many more there are.
 */
import { LineCounter, isMap, isNode, isScalar, parseDocument, visit } from 'yaml';
import type { Document, Node } from 'yaml';
import { z } from 'zod';
import { UsageError } from '../../base/errors.js';
import { suggestion } from '../../base/suggest.js';

/** Hand-written configuration stays far below this. */
export const documentBytesMax = 64 * 1024;

export type KeyPath = readonly PropertyKey[];

interface Problem {
  readonly offset: number;
  readonly message: string;
  readonly hint?: string | undefined;
  /** A missing key is often the shadow of a mistyped one: it is told only where nothing else is wrong. */
  readonly isMissing?: true;
}

/** A parsed document that can still say where each of its keys stands. */
export class ConfigurationDocument {
  readonly #name: string;
  readonly #bytesMax: number;
  readonly #lines = new LineCounter();
  readonly #document: Document;

  /** `name` is the file's name, for messages. Throws UsageError on bad syntax. */
  constructor(text: string, name: string, bytesMax = documentBytesMax) {
    this.#name = name;
    this.#bytesMax = bytesMax;
    if (text.length > bytesMax) {
      throw new UsageError(`${name}: larger than ${bytesMax / 1024} KiB, not a configuration file`);
    }
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: true });
    const problems: Problem[] = [...this.#document.errors, ...this.#document.warnings].map((problem) => ({
      offset: problem.pos[0],
      message: syntaxMessage(problem.message),
    }));
    visit(this.#document, {
      Alias: (_key, alias) => {
        problems.push({
          offset: alias.range?.[0] ?? 0,
          message: 'aliases are not allowed: write the value out',
        });
      },
    });
    this.#refuse(problems);
  }

  /** The document as the schema's output. Throws UsageError that names line, column and key. */
  read<Schema extends z.ZodType>(schema: Schema): z.output<Schema> {
    const result = schema.safeParse(this.#document.toJS());
    if (result.success) return result.data;
    const problems = result.error.issues.flatMap((issue) => this.#explain(schema, issue));
    this.#refuse(problems);
    throw new UsageError(`${this.#name}: not a valid document`);
  }

  /** The value of a key at the top, whatever it is; undefined where there is none. */
  at(key: string): unknown {
    return isMap(this.#document.contents) ? this.#document.get(key) : undefined;
  }

  /** An error about the value at a path, for checks that reach beyond the schema. */
  errorAt(path: KeyPath, problem: string, hint?: string): UsageError {
    return this.#error({ offset: this.#offsetOf(path), message: `${label(path)}${problem}`, hint }, 1);
  }

  /** An error about a key itself: one that must not be there. */
  errorAtKey(parent: KeyPath, key: string, problem: string, hint?: string): UsageError {
    const message = `${label([...parent, key])}${problem}`;
    return this.#error({ offset: this.#keyOffset(parent, key), message, hint }, 1);
  }

  #refuse(problems: readonly Problem[]): void {
    const rank = (problem: Problem): number =>
      problem.offset + (problem.isMissing === true ? this.#bytesMax : 0);
    const first = [...problems].sort((a, b) => rank(a) - rank(b))[0];
    if (first !== undefined) throw this.#error(first, problems.length);
  }

  #error(problem: Problem, count: number): UsageError {
    const { line, col } = this.#lines.linePos(problem.offset);
    const more = count > 1 ? ` (and ${count - 1} more)` : '';
    const detail = problem.hint === undefined ? {} : { hint: problem.hint };
    return new UsageError(`${this.#name}:${line}:${col}: ${problem.message}${more}`, detail);
  }

  #explain(schema: z.ZodType, issue: z.core.$ZodIssue): Problem[] {
    const { path } = issue;
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        offset: this.#keyOffset(path, key),
        message: `${label([...path, key])}unknown key`,
        hint: suggestion(key, keysAt(schema, path)),
      }));
    }
    const node = this.#document.getIn(path, true);
    if (path.length > 0 && node === undefined) {
      return [
        { offset: this.#offsetOf(path.slice(0, -1)), message: `${label(path)}missing key`, isMissing: true },
      ];
    }
    const given = isScalar(node) ? JSON.stringify(node.value) : 'a collection';
    const offset = this.#offsetOf(path);
    if (issue.code === 'invalid_type') {
      return [{ offset, message: `${label(path)}expected ${article(issue.expected)}, not ${given}` }];
    }
    const choices = choicesOf(issue);
    if (choices !== undefined) {
      const known = choices.map(String);
      const hint = suggestion(String(isScalar(node) ? node.value : ''), known);
      return [{ offset, message: `${label(path)}expected ${known.join(' or ')}, not ${given}`, hint }];
    }
    return [{ offset, message: `${label(path)}${issue.message}` }];
  }

  /** Where the value at a path begins; of a path that does not exist, where its nearest parent does. */
  #offsetOf(path: KeyPath): number {
    for (let length = path.length; length > 0; length--) {
      const node = this.#document.getIn(path.slice(0, length), true);
      if (isNode(node)) return start(node);
    }
    return this.#document.contents === null ? 0 : start(this.#document.contents);
  }

  #keyOffset(path: KeyPath, key: string): number {
    const map = path.length === 0 ? this.#document.contents : this.#document.getIn(path, true);
    const pair = isMap(map)
      ? map.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
      : undefined;
    return isNode(pair?.key) ? start(pair.key) : this.#offsetOf(path);
  }
}

/** The values that a key may have, where it may have a few only; undefined where the schema has words of its own. */
function choicesOf(issue: z.core.$ZodIssue): readonly unknown[] | undefined {
  if (issue.code === 'invalid_value') return issue.values;
  const isPlain = issue.message.startsWith('Invalid discriminator');
  return issue.code === 'invalid_union' && isPlain && 'options' in issue ? issue.options : undefined;
}

function start(node: Node): number {
  return node.range?.[0] ?? 0;
}

function label(path: KeyPath): string {
  return path.length === 0 ? '' : `${path.map(String).join('.')}: `;
}

function article(type: string): string {
  const words: Readonly<Record<string, string>> = {
    boolean: 'true or false',
    object: 'a mapping',
    int: 'a whole number',
    string: 'text',
  };
  return words[type] ?? `a ${type}`;
}

/** yaml's own wording, on one line. */
function syntaxMessage(message: string): string {
  const line = message.split('\n')[0] ?? message;
  return line === 'Map keys must be unique' ? 'this key is there twice' : line;
}

/** The keys that a schema knows at a path. */
function keysAt(schema: z.ZodType, path: KeyPath): string[] {
  let at: unknown = schema;
  for (const key of path) {
    if (at instanceof z.ZodArray) at = at.element;
    else at = at instanceof z.ZodObject ? at.shape[String(key)] : undefined;
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}
