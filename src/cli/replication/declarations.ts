/** Options that several commands between machines have, declared once. */
import type { Option } from '../command.js';

export const identityOption = {
  type: 'text',
  value: 'FILE',
  describe: 'who this side is (see: snapdelta keys init)',
  completes: 'file',
} as const satisfies Option;

export const fromOption = {
  type: 'text',
  value: 'HOST:PORT',
  describe: 'the server to ask',
} as const satisfies Option;

export const repositoryOption = {
  type: 'text',
  value: 'FOLDER',
  describe: 'instead of a server: the folder that it keeps, while it does not run',
  completes: 'directory',
} as const satisfies Option;

export const stateOption = {
  type: 'text',
  value: 'FOLDER',
  describe:
    'what this agent remembers; default: beside the identity, NAME.state. Losing it costs the agent its name',
  completes: 'directory',
} as const satisfies Option;

export const attemptsOption = {
  type: 'text',
  value: 'N',
  describe: 'connections in a row that bring nothing before it fails (default: 5, some 17 s)',
} as const satisfies Option;

export const targetOptions = {
  output: {
    type: 'text',
    alias: 'o',
    value: 'TARGET',
    describe: 'the file or directory to make',
    completes: 'file',
    required: true,
  },
  force: { type: 'flag', alias: 'f', describe: 'replace TARGET if it exists' },
  flush: {
    type: 'flag',
    describe: 'put every file of a tree on the disk before TARGET appears (a single file always is)',
  },
  dot: { type: 'text', value: 'WRITER:COUNT', describe: 'which version; default: the head' },
  first: {
    type: 'list',
    value: 'WHAT',
    describe: 'bring this first: a path in a tree, START-END (bytes) of an image',
  },
  base: {
    type: 'text',
    value: 'PATH',
    describe: 'something similar that is here already: what it shares is not sent',
    completes: 'file',
  },
} as const satisfies Readonly<Record<string, Option>>;
