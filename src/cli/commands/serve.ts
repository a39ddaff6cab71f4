import type { Command } from '../command.js';
import { identityOption } from '../replication/declarations.js';

/** Keeps a repository and serves it to agents and other servers until it is stopped. */
export const serve: Command = {
  name: 'serve',
  summary: 'keep versions in FOLDER and serve them to agents over TLS until stopped',
  positionals: [
    { name: 'FOLDER', describe: 'the repository; made where there is none', completes: 'directory' },
  ],
  options: {
    listen: {
      type: 'text',
      value: 'HOST:PORT',
      describe: 'where to listen; port 0 is any free one, which is then told',
      required: true,
    },
    identity: { ...identityOption, required: true },
    policy: {
      type: 'list',
      value: 'VOLUME=POLICY',
      describe:
        'for concurrent versions: latest-wins (default), fork, block-merge[:BYTES]; without VOLUME= for all others',
    },
    retain: {
      type: 'list',
      value: 'VOLUME=RULES',
      describe:
        'versions to keep, such as last:3,daily:7,monthly:12 (default: all); without VOLUME= for all others',
    },
    peer: {
      type: 'list',
      value: 'HOST:PORT',
      describe: 'a server that gets every version from this one; may be given several times',
    },
    chunker: {
      type: 'text',
      value: 'CHUNKER',
      describe: 'how a new repository cuts: fixed:64KiB (default), fastcdc:MIN:AVERAGE:MAX, ...',
    },
    fingerprint: {
      type: 'text',
      value: 'NAME',
      describe: 'how a new repository hashes (default: blake3)',
      completes: ['blake3', 'sha256', 'xxh3-128'],
    },
    codec: {
      type: 'text',
      value: 'CODEC',
      describe: 'how a new repository compresses: zstd:3 (default), deflate:6, lz4, stored',
      completes: ['zstd:3', 'deflate:6', 'lz4', 'stored'],
    },
    segment: {
      type: 'text',
      value: 'BYTES',
      describe:
        'what is made durable and acknowledged at once (default: 4MiB); less is lost in a cut, more is sent',
    },
    connections: {
      type: 'text',
      value: 'N',
      describe: 'connections at once; more are told to come back (default: 64)',
    },
    upkeep: {
      type: 'text',
      value: 'TIME',
      describe: 'how often old stagings and versions are given up and garbage is collected (default: 1h)',
    },
    scrub: {
      type: 'text',
      value: 'TIME',
      describe:
        'read and check everything at the start, and this often; damaged blocks are then asked for again',
    },
    'address-file': {
      type: 'text',
      value: 'FILE',
      describe: 'write HOST:PORT there once it listens; removed at the end',
      completes: 'file',
    },
  },
  examples: [
    'serve backup --listen backup.example:7373 --identity keys/backup.pem',
    'serve backup --listen 0.0.0.0:7373 --identity keys/backup.pem --policy notes=block-merge --retain last:3,daily:30',
    'serve east --listen east.example:7373 --identity keys/east.pem --peer west.example:7373',
  ],
  async run(input, context) {
    const { runServe } = await import('../actions/serve.js');
    return runServe(input, context);
  },
};
