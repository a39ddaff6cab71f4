/**
 * Where a directory store keeps what, as docs/formats/directory-store-v1.md says. Marks that no key may contain (`+` and `=`) tell folders of keys and of fan-out from objects, so
 * that 'a' and 'a/b' are two objects and no key can meet a mark.
 */
import { isKey } from './key.js';

export const formatPath = 'format';
export const formatText = 'snapdelta directory store 1\n';
export const objectsFolder = 'objects';
export const temporaryFolder = 'temporary';
/** Files of the edge, which keeps other processes out. */
export const lockShape = /^lock(\.|$)/;

/** `a/b/c` -> folder `objects/a+/b+`, name `c`. */
export function placeOf(key: string): { readonly folder: string; readonly name: string } {
  const last = key.lastIndexOf('/');
  const folder = last < 0 ? objectsFolder : `${objectsFolder}/${key.slice(0, last).replaceAll('/', '+/')}+`;
  return { folder, name: key.slice(last + 1) };
}

/** The folder of a name's fan-out: `=` and the low byte of the name's FNV-1a in hex, so that any kind of name spreads over 256 folders. */
export function fanOf(name: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return `=${(hash & 0xff).toString(16).padStart(2, '0')}`;
}

/** What a subfolder adds to the keys below it: `a+` adds 'a/', fan-out nothing; undefined for a folder that is not ours. */
export function keyPartOf(folderName: string): string | undefined {
  if (/^=[0-9a-f]{2}$/.test(folderName)) return '';
  const part = folderName.slice(0, -1);
  return folderName.endsWith('+') && isKey(part) ? `${part}/` : undefined;
}
