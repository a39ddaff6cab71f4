/** What the swarm found of each planted fault: a golden file, and the table of docs/planted-faults.md that follows from it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plantedFaults, type PlantedFault } from '../../../src/base/planted.js';
import { filesBelow, root, textOf } from '../../tidy/sources.js';

/** Seeds within which a fault has to be found. */
export const seedsMax = 2000;

/** Of how many, from 0 on, it is counted which find it. */
export const countedSeeds = 200;

export interface Finding {
  /** The first seed that finds it. */
  readonly seed: number;
  /** Which invariant broke there. */
  readonly invariant: string;
  /** How many of the counted seeds find it. */
  readonly foundCount: number;
}

export const faultNames = Object.keys(plantedFaults) as PlantedFault[];

const goldenPath = join(root, 'test/golden/planted-faults.json');
const documentPath = 'docs/planted-faults.md';

export function readFindings(): Partial<Record<PlantedFault, Finding>> {
  return JSON.parse(readFileSync(goldenPath, 'utf8')) as Partial<Record<PlantedFault, Finding>>;
}

/** Writes one finding, in the list's order, and the document's table. */
export function keepFinding(fault: PlantedFault, finding: Finding): void {
  const all = { ...readFindings(), [fault]: finding };
  const ordered = Object.fromEntries(faultNames.flatMap((name) => (all[name] ? [[name, all[name]]] : [])));
  writeFileSync(goldenPath, `${JSON.stringify(ordered, null, 2)}\n`);
  writeFileSync(join(root, documentPath), textOf(documentPath).replace(tablePattern, `${table()}\n`));
}

const tablePattern = /^\| fault \|.*\n(?:\|.*\n)*/m;

export function documentTable(): string {
  return (tablePattern.exec(textOf(documentPath))?.[0] ?? '').trimEnd();
}

/** One row a fault: what is wrong, where, and what found it. */
export function table(): string {
  const findings = readFindings();
  const sources = filesBelow('src', '.ts').map((path) => ({ path, text: textOf(path) }));
  const rows = faultNames.map((name) => {
    const place = sources.find(({ text }) => text.includes(`isPlanted('${name}')`))?.path ?? '';
    const finding = findings[name];
    const found =
      finding === undefined ? ['', '', ''] : [`${finding.seed}`, shareOf(finding), finding.invariant];
    return [`\`${name}\``, plantedFaults[name], `\`${place.replace('src/', '')}\``, ...found];
  });
  const head = ['fault', 'what goes wrong', 'in `src/`', 'seed', 'finds it', 'broken then'];
  return [head, ['---', '---', '---', '--:', '--:', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** In percent. */
function shareOf({ foundCount }: Finding): string {
  const percent = (100 * foundCount) / countedSeeds;
  return foundCount === 0 ? `< ${100 / countedSeeds} %` : `${percent.toFixed(percent < 10 ? 1 : 0)} %`;
}
