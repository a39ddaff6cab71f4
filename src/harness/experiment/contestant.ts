/** Who is measured: a variant of a tool, or a profile or strategy of ours, which is described by the same commands. */
import type { PeerTool, ToolVariant } from './peer-tool.js';

export interface Contestant {
  /** In tables: the variant's name, or `snapdelta`. */
  readonly tool: string;
  /** Of ours alone: a profile's name, or a strategy with its settings. */
  readonly profile: string | null;
  /** Null where a tool does not tell. */
  readonly version: string | null;
  readonly summary: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly here: string;
  readonly variants: readonly ToolVariant[];
}

/** How our program is started. */
export interface OwnProgram {
  readonly node: string;
  readonly program: string;
  readonly version: string;
  readonly workers: number;
}

export interface OwnChoice {
  /** As rows call it. */
  readonly label: string;
  readonly summary: string;
  /** `--profile NAME`, `--strategy NAME`, `--set KEY=VALUE`. */
  readonly options: readonly string[];
  /** Whether the profile demands a signature. */
  readonly isSigned: boolean;
}

/** Ours: whole processes, as a user starts them. */
export function ownContestant(
  { node, program, version, workers }: OwnProgram,
  { label, summary, options, isSigned }: OwnChoice,
): Contestant {
  const own = (...words: readonly string[]): { run: string[] } => ({ run: [node, program, ...words] });
  const signing = isSigned ? ['--sign-key', '{scratch}/key'] : [];
  const trusting = isSigned ? ['--trust', '{scratch}/key.pub'] : [];
  const variant = {
    name: label,
    slowAboveBytes: Infinity,
    prepare: isSigned ? [own('keys', 'init', '{scratch}/key', '--quiet')] : [],
    diff: [
      own(
        'diff',
        '{base}',
        '{target}',
        '-o',
        '{delta}',
        ...options,
        ...signing,
        '--workers',
        String(workers),
        '--quiet',
      ),
    ],
    bytes: { kind: 'file', path: '{delta}' },
    apply: [own('apply', '{base}', '{delta}', '-o', '{output}', ...trusting, '--quiet')],
    output: '{output}',
  } as const;
  return {
    tool: 'snapdelta',
    profile: label,
    version,
    summary,
    environment: {},
    here: '',
    variants: [
      { ...variant, inputs: 'files' },
      { ...variant, inputs: 'directories' },
    ],
  };
}

/** One for each name among the variants of a tool: the variants of one name differ in the inputs that they take. */
export function contestantsOf(
  { tool, summary, environment, here, variants }: PeerTool,
  version: string | null,
): (Contestant & { readonly family: string })[] {
  const names = [...new Set(variants.map(({ name }) => name))];
  return names.map((name) => ({
    family: tool,
    tool: name,
    profile: null,
    version,
    summary,
    environment,
    here,
    variants: variants.filter((variant) => variant.name === name),
  }));
}

/** The variant for a pair of this kind; of images those that want images come first. Undefined where there is none. */
export function variantFor({ variants }: Contestant, kind: ToolVariant['inputs']): ToolVariant | undefined {
  const of = (wanted: ToolVariant['inputs']): ToolVariant | undefined =>
    variants.find(({ inputs }) => inputs === wanted);
  return kind === 'images' ? (of('images') ?? of('files')) : of(kind);
}
