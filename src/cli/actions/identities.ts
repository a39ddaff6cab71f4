/**
 * `snapdelta keys init DIR --server ... --agent ...`: an authority of one's own, kept in DIR, and the identities that it issues.
 *
 * Law: nothing is ever replaced, and what fails leaves nothing of its own behind.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../base/errors.js';
import { orWorldError } from '../../engine/snapshot/failures.js';
import { makeFolder } from '../../engine/snapshot/make-folder.js';
import {
  createAuthority,
  issueIdentity,
  type Authority,
  type Request,
} from '../../replication/io/certificates.js';
import { authorityText, identityText, parseAuthority } from '../../replication/io/identity.js';
import type { Outcome } from '../command.js';
import type { Input } from '../input.js';
import { writeNew } from '../key-files.js';
import { counted } from '../text/words.js';

const authorityName = 'authority';

export async function runIdentities(input: Input): Promise<Outcome> {
  const folder = input.positional('PATH');
  const requests = requestsOf(input);
  const authorityPath = join(folder, `${authorityName}.pem`);
  const pathOf = ({ name }: Request): string => join(folder, `${name}.pem`);
  const taken = requests.map(pathOf).find((path) => existsSync(path));
  if (taken !== undefined) {
    throw new UsageError(`${taken} exists already: an identity is never replaced`, {
      hint: 'choose another name',
    });
  }
  const nowMs = Date.now();
  const isNew = !existsSync(authorityPath);
  const authority = isNew ? await createAuthority(nowMs) : readAuthority(authorityPath);
  const texts: [path: string, text: string][] = isNew ? [[authorityPath, authorityText(authority)]] : [];
  for (const request of requests) {
    texts.push([pathOf(request), identityText(await issueIdentity(authority, request, nowMs))]);
  }
  makeFolder(folder, 0o700);
  writeAll(texts);
  return {
    document: {
      authority: authorityPath,
      isNewAuthority: isNew,
      identities: requests.map(({ name, role, hosts = [] }, index) => ({
        name,
        role,
        hosts,
        file: pathOf(requests[index] ?? { name, role }),
      })),
    },
    text: text(folder, authorityPath, isNew, requests.map(pathOf)),
    kind: 'summary',
  };
}

function requestsOf(input: Input): Request[] {
  const server = input.text('server');
  const hosts = input.list('host');
  if (server === undefined && hosts.length > 0) {
    throw new UsageError('--host goes with --server', { hint: 'an agent is not reached by a name' });
  }
  const requests: Request[] = [
    ...(server === undefined ? [] : [{ name: server, role: 'server' as const, hosts }]),
    ...input.list('agent').map((name) => ({ name, role: 'agent' as const })),
  ];
  const names = requests.map(({ name }) => name);
  const wrong = names.find((name, index) => name === authorityName || names.indexOf(name) < index);
  if (wrong !== undefined) {
    const problem = wrong === authorityName ? 'is the name of the authority' : 'is given twice';
    throw new UsageError(`'${wrong}' ${problem}`, { hint: 'every party has a name of its own' });
  }
  return requests;
}

function readAuthority(path: string): Authority {
  return parseAuthority(
    orWorldError('read', path, () => readFileSync(path, 'utf8')),
    path,
  );
}

function writeAll(texts: readonly (readonly [path: string, text: string])[]): void {
  const written: string[] = [];
  try {
    for (const [path, text] of texts) {
      writeNew(path, text, 0o600);
      written.push(path);
    }
  } catch (error) {
    for (const path of written) rmSync(path, { force: true });
    throw error;
  }
}

function text(folder: string, authority: string, isNew: boolean, paths: readonly string[]): string {
  const made = `${folder}: ${counted(paths.length, 'identity')} (${paths.join(', ')})`;
  const hint = 'bring each to its machine over a safe way';
  return isNew
    ? `${made} of a new authority, ${authority}; ${hint}, and keep the authority offline`
    : `${made} of ${authority}; ${hint}`;
}
