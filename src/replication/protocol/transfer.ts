/**
 * The account of one transfer, from an offer to the answer to its commit: sizes announced against bytes that come, indices in order, blocks within what is
 * needed, packages within the credit. Both sides keep the same account of what they say and hear; since credit and acknowledgements
 * count for the receiver when it sends them, and for the sender when they arrive, a sender within its own account is within the receiver's.
 *
 * Credit never locks a transfer: where nothing is unacknowledged it covers the largest package (`packageBytesMax`).
 */
import { isPlanted } from '../../base/planted.js';
import { equalDots, type Dot } from '../versions/version.js';
import { hasCapability } from './agreement.js';
import { Coverage } from './coverage.js';
import { creditBytesMax, packageBytesMax } from './limits.js';
import type { Acknowledge, Message, Need, Offer, SegmentStart, Welcome } from './messages.js';
import type { Move } from './transitions.js';
import { ProtocolError } from './violation.js';

export class Transfer {
  readonly offer: Offer;
  readonly #agreed: Welcome;
  readonly #hasCredit: boolean;
  readonly #packageBytesMax: number;
  #manifestLeft: number;
  /** Blocks needed; unknown under version 1, where the receiver compares with the manifest. */
  #needed = 0;
  #needParts = 0;
  #coverage = new Coverage();
  #nextIndex = 0;
  /** Bytes of the current segment's package still to come. */
  #dataLeft = 0;
  #nextAcknowledged = 0;
  #creditLeft = 0;

  constructor(offer: Offer, agreed: Welcome) {
    this.offer = offer;
    this.#agreed = agreed;
    this.#hasCredit = hasCapability('credit', agreed);
    this.#packageBytesMax = packageBytesMax(agreed.segmentBytesMax);
    this.#manifestLeft = offer.manifestBytes;
  }

  /** Segments under way or waiting to be durable. */
  get unacknowledged(): number {
    return this.#nextIndex - this.#nextAcknowledged;
  }

  /** Largest package that may be sent now. */
  get creditBytes(): number {
    if (this.#hasCredit) return Math.min(this.#creditLeft, this.#packageBytesMax);
    return this.unacknowledged === 0 ? this.#packageBytesMax : 0;
  }

  /** Index that the next segment has. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  /** Whether a message is the last of its parts. Throws ProtocolError where pieces have more bytes than announced. */
  moveOf(message: Message): Move {
    switch (message.type) {
      case 'manifest':
        return this.#isLastPiece('manifest', message.bytes.length, this.#manifestLeft)
          ? 'manifest!'
          : 'manifest';
      case 'data':
        return this.#isLastPiece('data', message.bytes.length, this.#dataLeft) ? 'data!' : 'data';
      case 'need':
        return message.isLast ? 'need!' : 'need';
      default:
        return message.type;
    }
  }

  /** Enters a message whose place is right. Throws ProtocolError. */
  enter(message: Message): void {
    switch (message.type) {
      case 'manifest':
        this.#manifestLeft -= message.bytes.length;
        return;
      case 'need':
        this.#enterNeed(message);
        return;
      case 'segment':
        this.#enterSegment(message);
        return;
      case 'data':
        this.#dataLeft -= message.bytes.length;
        return;
      case 'acknowledge':
        this.#enterAcknowledge(message);
        return;
      case 'commit':
        this.#enterCommit(message.segmentCount);
        return;
      case 'committed':
        this.#enterCommitted(message.dot);
        return;
      default:
    }
  }

  #isLastPiece(what: string, bytes: number, left: number): boolean {
    if (bytes === 0) throw new ProtocolError('malformed', `${what}: no bytes`);
    if (bytes > left)
      throw new ProtocolError('malformed', `${what}: ${bytes - left} bytes more than announced`);
    return bytes === left;
  }

  #enterNeed({ token, runs, isLast, firstIndex, creditBytes }: Need): void {
    if (token !== '' && !hasCapability('resume', this.#agreed)) {
      throw new ProtocolError(
        'malformed',
        'need: token needs the capability resume, which was not agreed on',
      );
    }
    const skips =
      this.#needParts > 0 ? runs.length : runs.filter(([skipped], i) => i > 0 || skipped > 0).length;
    if (skips > 0 && !hasCapability('select', this.#agreed)) {
      throw new ProtocolError('malformed', 'need: runs need the capability select, which was not agreed on');
    }
    this.#needParts++;
    for (const [, needed] of runs) this.#needed += needed;
    if (!isLast) {
      if (token !== '' || firstIndex > 0 || creditBytes > 0) {
        throw new ProtocolError('malformed', 'need: token, index and credit belong to its last part');
      }
      return;
    }
    this.#nextIndex = firstIndex;
    this.#nextAcknowledged = firstIndex;
    this.#grant('need', creditBytes);
  }

  #grant(what: string, bytes: number): void {
    if (!this.#hasCredit) {
      if (bytes > 0) throw new ProtocolError('malformed', `${what}: credit was not agreed on`);
      return;
    }
    this.#creditLeft = isPlanted('credit-replaced') ? bytes : this.#creditLeft + bytes;
    if (this.#creditLeft > creditBytesMax) {
      throw new ProtocolError(
        'limit',
        `${what}: credit of ${this.#creditLeft} bytes, more than ${creditBytesMax}`,
      );
    }
    if (this.unacknowledged === 0 && this.#creditLeft < this.#packageBytesMax) {
      throw new ProtocolError(
        'limit',
        `${what}: credit of ${this.#creditLeft} bytes, less than a segment may need, ${this.#packageBytesMax}`,
      );
    }
  }

  #enterSegment({ index, first, count, baseRuns, packageBytes }: SegmentStart): void {
    const { version } = this.#agreed;
    if (index !== this.#nextIndex) {
      throw new ProtocolError('order', `segment ${index} comes where segment ${this.#nextIndex} is due`);
    }
    if (packageBytes > this.#packageBytesMax) {
      throw new ProtocolError(
        'limit',
        `segment ${index} has ${packageBytes} bytes, more than ${this.#packageBytesMax}`,
      );
    }
    if (packageBytes > this.creditBytes) {
      throw new ProtocolError(
        'limit',
        `segment ${index} has ${packageBytes} bytes, credit for ${this.creditBytes}`,
      );
    }
    if (version > 1 && first + count > this.#needed) {
      throw new ProtocolError(
        'malformed',
        `segment ${index} brings block ${first + count - 1} of ${this.#needed}`,
      );
    }
    if (!hasCapability('progressive', this.#agreed) && first !== this.#coverage.count) {
      throw new ProtocolError(
        'order',
        `segment ${index} begins with block ${first}, not ${this.#coverage.count}`,
      );
    }
    if (baseRuns.length > 0 && (this.offer.base === null || !hasCapability('delta', this.#agreed))) {
      throw new ProtocolError('malformed', `segment ${index} refers to a base that was not agreed on`);
    }
    if (!this.#coverage.add(first, count)) {
      throw new ProtocolError('malformed', `segment ${index} brings blocks that came before`);
    }
    this.#nextIndex++;
    this.#dataLeft = packageBytes;
    if (this.#hasCredit && !isPlanted('credit-not-spent')) this.#creditLeft -= packageBytes;
  }

  #enterAcknowledge({ index, creditBytes }: Acknowledge): void {
    if (index !== this.#nextAcknowledged) {
      throw new ProtocolError('order', `acknowledge ${index} comes where ${this.#nextAcknowledged} is due`);
    }
    const whole = this.#dataLeft > 0 ? this.#nextIndex - 1 : this.#nextIndex;
    if (index >= whole) throw new ProtocolError('order', `acknowledge ${index}: that segment is not whole`);
    this.#nextAcknowledged++;
    this.#grant('acknowledge', creditBytes);
  }

  #enterCommit(segmentCount: number): void {
    if (segmentCount !== this.#nextIndex) {
      throw new ProtocolError('malformed', `commit: ${segmentCount} segments, ${this.#nextIndex} came`);
    }
    if (this.#agreed.version > 1 && this.#coverage.count !== this.#needed) {
      throw new ProtocolError('malformed', `commit: ${this.#coverage.count} of ${this.#needed} blocks came`);
    }
  }

  #enterCommitted(dot: Dot): void {
    if (this.unacknowledged > 0) {
      throw new ProtocolError('order', 'committed: segments are not acknowledged');
    }
    if (!equalDots(dot, this.offer.version.dot)) {
      throw new ProtocolError('malformed', 'committed: not the version that was offered');
    }
  }
}
