/**
 * A tool beside ours, as a short YAML document says it: how its version is found, what it is given beforehand, how it makes a delta, how
 * many bytes that delta has, how the target is rebuilt from it. The tools that come with the program and those of the user are the same
 * kind of document.
 *
 * Commands are lists of words and reach no shell: a word is one argument, whatever it holds. `{base}`, `{target}`, `{delta}`, `{output}`,
 * `{scratch}` and `{here}` (the document's folder) are put in, anything else in braces is a mistake. Limit: a word cannot hold such a
 * name literally.
 */
import { z } from 'zod';
import { UsageError } from '../../base/errors.js';
import { suggestion } from '../../base/suggest.js';
import { parseBytes } from '../../base/units.js';
import { ConfigurationDocument, type KeyPath } from '../../engine/profile/document.js';

/** What the two snapshots are. `images`: files of one size that is a multiple of 512 bytes. */
export const inputKinds = ['files', 'directories', 'images'] as const;
export type InputKind = (typeof inputKinds)[number];

/** One process. */
export interface Step {
  /** The program and its arguments. */
  readonly run: readonly string[];
  /** A file that takes what the process prints. */
  readonly stdout?: string | undefined;
  /** Where it runs, made when missing; by default the scratch folder. */
  readonly folder?: string | undefined;
  /** Exit codes that are no failure; by default 0 alone. Some tools warn by a code. */
  readonly codes?: readonly number[] | undefined;
}

/** How the bytes of a delta are counted. */
export type ByteRule =
  /** The size of a file. */
  | { readonly kind: 'file'; readonly path: string }
  /** By how much all files below a folder grow from before the diff to after it. */
  | { readonly kind: 'growth'; readonly path: string }
  /** The sum of what each pattern's first group matches in what the last diff step prints; commas in numbers are passed over. */
  | { readonly kind: 'printed'; readonly patterns: readonly RegExp[] };

export interface ToolVariant {
  /** What tables call it: `xdelta3 -1`. Unique for its kind of inputs. */
  readonly name: string;
  readonly inputs: InputKind;
  /** Left out, unless slow ones are wanted, where the larger snapshot has more bytes than this. */
  readonly slowAboveBytes: number;
  /** Once for each pair; its cost is told apart from that of the diff. */
  readonly prepare: readonly Step[];
  readonly diff: readonly Step[];
  readonly bytes: ByteRule;
  /** Empty where the diff itself rebuilds the target. */
  readonly apply: readonly Step[];
  /** Where the rebuilt target lies. */
  readonly output: string;
}

export interface PeerTool {
  readonly tool: string;
  readonly summary: string;
  readonly version: { readonly run: readonly string[]; readonly pattern: RegExp } | undefined;
  /** Beside PATH, HOME and the like, which are set for every tool. */
  readonly environment: Readonly<Record<string, string>>;
  readonly variants: readonly ToolVariant[];
  /** The document's folder, absolute. */
  readonly here: string;
}

export const placeholderNames = ['base', 'target', 'delta', 'output', 'scratch', 'here'] as const;
export type Placeholders = Readonly<Record<(typeof placeholderNames)[number], string>>;

const named = /\{(\w+)\}/g;

/** The text with every placeholder replaced. */
export function filledIn(text: string, values: Placeholders): string {
  return text.replace(named, (_all, name: keyof Placeholders) => values[name]);
}

const text = z.string('expected text; quote numbers and options').min(1, 'expected text');
const words = z.array(text).min(1, 'expected a program and its arguments');
const stepMessage =
  'expected a list of words (numbers and options quoted), or a mapping with run, stdout, folder and codes';
const step = z.union(
  [
    words.transform((run): Step => ({ run })),
    z.strictObject({
      run: words,
      stdout: text.optional(),
      folder: text.optional(),
      codes: z.array(z.int().min(0, 'expected 0 to 255').max(255, 'expected 0 to 255')).optional(),
    }),
  ],
  { error: stepMessage },
);
const steps = z.array(step, 'expected a list of commands, each a list of words');

const pattern = text.transform((source, context): RegExp => {
  try {
    return new RegExp(source, 'm');
  } catch {
    context.addIssue({ code: 'custom', message: `'${source}' is not a regular expression` });
    return z.NEVER;
  }
});

const size = text.transform((given, context): number => {
  try {
    return parseBytes(given, 'size');
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    context.addIssue({ code: 'custom', message: error.message.replace('size: ', '') });
    return z.NEVER;
  }
});

const byteRule = z
  .strictObject({
    file: text.optional(),
    growth: text.optional(),
    printed: z.array(pattern).min(1, 'expected a pattern').optional(),
  })
  .transform(({ file, growth, printed }, context): ByteRule => {
    const rules: ByteRule[] = [
      ...(file === undefined ? [] : [{ kind: 'file' as const, path: file }]),
      ...(growth === undefined ? [] : [{ kind: 'growth' as const, path: growth }]),
      ...(printed === undefined ? [] : [{ kind: 'printed' as const, patterns: printed }]),
    ];
    const [rule] = rules;
    if (rule !== undefined && rules.length === 1) return rule;
    context.addIssue({ code: 'custom', message: 'expected one of file, growth and printed' });
    return z.NEVER;
  });

const variant = z
  .strictObject({
    name: text,
    inputs: z.enum(inputKinds).default('files'),
    slowAbove: size.optional(),
    prepare: steps.default([]),
    diff: steps.min(1, 'expected a command'),
    bytes: byteRule.default({ kind: 'file', path: '{delta}' }),
    apply: steps.default([]),
    output: text.default('{output}'),
  })
  .transform(({ slowAbove = Infinity, ...rest }): ToolVariant => ({ ...rest, slowAboveBytes: slowAbove }));

const documentSchema = z.strictObject({
  tool: z.string().regex(/^[\w.+-]{1,64}$/, 'expected a name without spaces'),
  summary: text,
  version: z.strictObject({ run: words, pattern }).optional(),
  environment: z.record(z.string(), text).default({}),
  variants: z.array(variant).min(1, 'expected at least one variant'),
});

/** `fileName` is for messages. Throws UsageError with line, column and key. */
export function parsePeerTool(yaml: string, fileName: string, here: string): PeerTool {
  const document = new ConfigurationDocument(yaml, fileName);
  const { version, ...rest } = document.read(documentSchema);
  for (const { path, value } of textsOf(rest, [])) {
    for (const [, name = ''] of value.matchAll(named)) {
      if (placeholderNames.some((known) => known === name)) continue;
      throw document.errorAt(path, `unknown placeholder {${name}}`, suggestion(name, placeholderNames));
    }
  }
  const seen = new Set<string>();
  rest.variants.forEach(({ name, inputs, apply, output }, index) => {
    const path = ['variants', index];
    if (seen.has(`${inputs} ${name}`)) {
      throw document.errorAt([...path, 'name'], `'${name}' is there twice for ${inputs}`);
    }
    seen.add(`${inputs} ${name}`);
    if (apply.length === 0 && output === '{output}') {
      throw document.errorAt(path, 'expected apply, or output where the diff itself rebuilds the target');
    }
  });
  return { ...rest, version, here };
}

/** Every text in which placeholders may stand, with its place. Patterns are no texts: braces mean something else there. */
function* textsOf(value: unknown, path: KeyPath): Generator<{ path: KeyPath; value: string }> {
  if (typeof value === 'string') yield { path, value };
  else if (value !== null && typeof value === 'object' && !(value instanceof RegExp)) {
    for (const [key, inner] of Object.entries(value)) {
      yield* textsOf(inner, [...path, Array.isArray(value) ? Number(key) : key]);
    }
  }
}
