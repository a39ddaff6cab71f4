/** The files behind profiles: the shipped ones beside this module, and those of the user. The only place here that reads a disk. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { orWorldError } from '../snapshot/failures.js';
import type { Profile } from './profile.js';

const shippedUrl = new URL('./shipped/', import.meta.url);

/** Names of the shipped profiles, sorted. */
export function shippedProfileNames(): string[] {
  return readdirSync(shippedUrl)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

export function readShippedProfile(name: string): string {
  return readFileSync(new URL(`${name}.yaml`, shippedUrl), 'utf8');
}

/** A shipped profile as the build has read it; undefined for any other name, and where nothing is built, as beside the sources. */
export function readBuiltProfile(name: string): Profile | undefined {
  if (!/^[a-z0-9-]+$/.test(name)) return undefined;
  const url = new URL(`${name}.json`, shippedUrl);
  return existsSync(url) ? (JSON.parse(readFileSync(url, 'utf8')) as Profile) : undefined;
}

/** Throws WorldError when the file cannot be read. */
export function readProfileFile(path: string): string {
  return orWorldError('read', path, () => readFileSync(path, 'utf8'));
}
