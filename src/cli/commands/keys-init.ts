import type { Command } from '../command.js';

/** Makes an Ed25519 key pair for signing packages, or an authority with certificates for servers and agents. */
export const keysInit: Command = {
  name: 'keys init',
  summary: 'make a key pair for signing packages, or identities for servers and agents',
  positionals: [
    {
      name: 'PATH',
      describe: 'the private key, and PATH.pub; with --server or --agent the folder of identities',
      completes: 'file',
    },
  ],
  options: {
    server: { type: 'text', value: 'NAME', describe: 'make the identity of a server: PATH/NAME.pem' },
    host: {
      type: 'list',
      value: 'HOST',
      describe: 'a host name or address by which the server is reached; may be given several times',
    },
    agent: { type: 'list', value: 'NAME', describe: 'make the identity of an agent: PATH/NAME.pem' },
  },
  examples: [
    'keys init our.key',
    'keys init keys --server backup --host backup.example --agent laptop --agent desktop',
    'keys init keys --agent phone',
  ],
  async run(input) {
    if (input.text('server') !== undefined || input.list('agent').length + input.list('host').length > 0) {
      const { runIdentities } = await import('../actions/identities.js');
      return runIdentities(input);
    }
    const path = input.positional('PATH');
    const { createKeyPair } = await import('../key-files.js');
    const { keyId } = createKeyPair(path);
    return {
      document: { privateKey: path, publicKey: `${path}.pub`, keyId },
      text: `wrote ${path} (keep it secret) and ${path}.pub; key ${keyId}`,
      kind: 'summary',
    };
  },
};
