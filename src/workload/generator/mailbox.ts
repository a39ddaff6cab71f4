/**
 * Mailbox: an mbox file. Messages are appended (4 %), some are deleted and the file is compacted (1 %), and some are marked as
 * read or unread (3 %), which overwrites one letter of their status line in place.
 *
 * A message is a header drawn from its id, a status line, and a body of prose or, for one in eight, an attachment in base64.
 */
import { Random } from '../../base/prng.js';
import { checkOptions, imageSnapshot, type ImageContent, type Workload } from '../workload.js';
import { MessageWriter } from '../content/message.js';
import { indexOfLastAtMost } from '../content/search.js';
import { distinctPositions } from './edits.js';

interface Message {
  readonly id: number;
  readonly read: boolean;
}

/** One version of the file; a message is never changed but replaced. */
class MailFile implements ImageContent {
  readonly messages: readonly Message[];
  readonly #starts: Float64Array;
  readonly #writer: MessageWriter;
  readonly #changes: { readonly changedBytes: number; readonly removedBytes: number };

  constructor(
    writer: MessageWriter,
    messages: readonly Message[],
    edit?: { changedBytes: number; removedBytes: number },
  ) {
    this.messages = messages;
    this.#writer = writer;
    this.#starts = new Float64Array(messages.length + 1);
    messages.forEach(
      (message, i) => (this.#starts[i + 1] = (this.#starts[i] ?? 0) + writer.lengthOf(message.id)),
    );
    this.#changes = edit ?? { changedBytes: this.sizeBytes, removedBytes: 0 };
  }

  get sizeBytes(): number {
    return this.#starts[this.messages.length] ?? 0;
  }

  fill(offset: number, into: Uint8Array): void {
    if (into.length === 0) return;
    let index = indexOfLastAtMost(this.#starts, offset);
    for (let at = 0; at < into.length; index++) {
      const message = this.messages[index];
      if (message === undefined) throw new RangeError('the range lies outside the mailbox');
      const within = offset + at - (this.#starts[index] ?? 0);
      const length = Math.min(this.#writer.lengthOf(message.id) - within, into.length - at);
      this.#writer.fill(message.id, message.read, within, into.subarray(at, at + length));
      at += length;
    }
  }

  changes() {
    return this.#changes;
  }
}

export const mailbox: Workload = {
  name: 'mailbox',
  summary: 'mbox file: 4 % of messages appended, 1 % deleted and compacted, 3 % flagged in place',
  kind: 'synthetic',
  measure: 'new-bytes',
  *make(options) {
    checkOptions('mailbox', options);
    const random = new Random(options.seed).fork('mailbox');
    const writer = new MessageWriter(random.fork('content').u32(), Math.floor(options.bytes / 16));
    let nextId = 0;
    const first: Message[] = [];
    for (let bytes = 0; bytes < options.bytes; nextId++) {
      first.push({ id: nextId, read: random.below(8) !== 0 });
      bytes += writer.lengthOf(nextId);
    }
    let file = new MailFile(writer, first);
    yield imageSnapshot(0, file);
    for (let index = 1; index < options.snapshots; index++) {
      const count = file.messages.length;
      const messages: Message[] = [...file.messages];
      let changedBytes = 0;
      let removedBytes = 0;
      for (const i of distinctPositions(random, share(count, 0.01), count).reverse()) {
        const [deleted] = messages.splice(i, 1);
        if (deleted !== undefined) removedBytes += writer.lengthOf(deleted.id);
      }
      for (const i of distinctPositions(random, share(count, 0.03), messages.length)) {
        const message = messages[i];
        if (message === undefined) continue;
        messages[i] = { id: message.id, read: !message.read };
        changedBytes++;
        removedBytes++;
      }
      for (let left = share(count, 0.04); left > 0; left--, nextId++) {
        messages.push({ id: nextId, read: false });
        changedBytes += writer.lengthOf(nextId);
      }
      file = new MailFile(writer, messages, { changedBytes, removedBytes });
      yield imageSnapshot(index, file);
    }
  },
};

function share(count: number, part: number): number {
  return Math.max(1, Math.round(count * part));
}
