import type { Command } from '../command.js';

/** Makes an Ed25519 key pair for signing packages. */
export const keysInit: Command = {
  name: 'keys init',
  summary: 'make a key pair for signing packages',
  positionals: [
    { name: 'FILE', describe: 'the private key; the public one goes to FILE.pub', completes: 'file' },
  ],
  options: {},
  examples: ['keys init our.key'],
  async run(input) {
    const path = input.positional('FILE');
    const { createKeyPair } = await import('../key-files.js');
    const { keyId } = createKeyPair(path);
    return {
      document: { privateKey: path, publicKey: `${path}.pub`, keyId },
      text: `wrote ${path} (keep it secret) and ${path}.pub; key ${keyId}`,
      kind: 'summary',
    };
  },
};
