/** Bodies of the messages that ask for a version and transfer it. Version 1 lacks some of their fields: they read as their empty values. */
import type { ByteReader, ByteWriter } from '../../base/codec.js';
import { assert } from '../../base/errors.js';
import { manifestBytesMax } from '../../base/limits.js';
import {
  readDot,
  readDotOrNone,
  readNumber,
  readPositions,
  readSkips,
  readText,
  readVersion,
  readWord,
  writeDot,
  writeDotOrNone,
  writeNumber,
  writePositions,
  writeSkips,
  writeText,
  writeVersion,
  writeWord,
} from './fields.js';
import { readIsLast, writeIsLast } from './greeting-bodies.js';
import {
  blocksMax,
  concurrentMax,
  creditBytesMax,
  firstMax,
  firstTextBytesMax,
  packageBytesMax,
  segmentBytesMax,
  segmentsMax,
  tokenBytesMax,
} from './limits.js';
import { manifestForms, resynchroniseReasons } from './messages.js';
import type {
  Acknowledge,
  Commit,
  Committed,
  Need,
  Offer,
  ProtocolVersion,
  Pull,
  Resynchronise,
  SegmentStart,
} from './messages.js';

export function readPull(from: ByteReader, version: ProtocolVersion): Pull {
  const volume = readText(from, 'volume', undefined, 1);
  const dot = readDotOrNone(from, 'dot');
  if (version === 1) return { type: 'pull', volume, dot, base: null, resume: '', first: [] };
  const base = readDotOrNone(from, 'base');
  const resume = readText(from, 'resume', tokenBytesMax);
  const first: string[] = [];
  for (let left = readNumber(from, 'first: count', firstMax); left > 0; left--) {
    first.push(readText(from, 'first', firstTextBytesMax, 1));
  }
  return { type: 'pull', volume, dot, base, resume, first };
}

export function writePull(to: ByteWriter, pull: Pull, version: ProtocolVersion): void {
  writeText(to, 'volume', pull.volume, undefined, 1);
  writeDotOrNone(to, 'dot', pull.dot);
  if (version === 1) {
    assert(pull.base === null && pull.resume === '' && pull.first.length === 0, 'version 1 pulls plainly');
    return;
  }
  writeDotOrNone(to, 'base', pull.base);
  writeText(to, 'resume', pull.resume, tokenBytesMax);
  writeNumber(to, 'first: count', pull.first.length, firstMax);
  for (const text of pull.first) writeText(to, 'first', text, firstTextBytesMax, 1);
}

export function readOffer(from: ByteReader, version: ProtocolVersion): Offer {
  const offered = readVersion(from, 'version');
  const manifestBytes = readNumber(from, 'manifestBytes', manifestBytesMax, 1);
  const plain = { type: 'offer', version: offered, manifestBytes } as const;
  if (version === 1) return { ...plain, base: null, manifestForm: 'whole', resume: '' };
  return {
    ...plain,
    base: readDotOrNone(from, 'base'),
    manifestForm: readWord(from, 'manifestForm', manifestForms),
    resume: readText(from, 'resume', tokenBytesMax),
  };
}

export function writeOffer(to: ByteWriter, offer: Offer, version: ProtocolVersion): void {
  writeVersion(to, 'version', offer.version);
  writeNumber(to, 'manifestBytes', offer.manifestBytes, manifestBytesMax, 1);
  if (version === 1) {
    const isPlain = offer.base === null && offer.manifestForm === 'whole' && offer.resume === '';
    assert(isPlain, 'version 1 offers plainly');
    return;
  }
  writeDotOrNone(to, 'base', offer.base);
  writeWord(to, 'manifestForm', offer.manifestForm, manifestForms);
  writeText(to, 'resume', offer.resume, tokenBytesMax);
}

export function readNeed(from: ByteReader): Need {
  const isLast = readIsLast(from);
  return {
    type: 'need',
    token: readText(from, 'token', tokenBytesMax),
    runs: readSkips(from, 'runs'),
    isLast,
    firstIndex: readNumber(from, 'firstIndex', segmentsMax),
    creditBytes: readNumber(from, 'creditBytes', creditBytesMax),
  };
}

export function writeNeed(to: ByteWriter, need: Need): void {
  writeIsLast(to, need.isLast);
  writeText(to, 'token', need.token, tokenBytesMax);
  writeSkips(to, 'runs', need.runs);
  writeNumber(to, 'firstIndex', need.firstIndex, segmentsMax);
  writeNumber(to, 'creditBytes', need.creditBytes, creditBytesMax);
}

export function readResynchronise(from: ByteReader): Resynchronise {
  return { type: 'resynchronise', reason: readWord(from, 'reason', resynchroniseReasons) };
}

export function writeResynchronise(to: ByteWriter, { reason }: Resynchronise): void {
  writeWord(to, 'reason', reason, resynchroniseReasons);
}

export function readSegment(from: ByteReader, version: ProtocolVersion): SegmentStart {
  return {
    type: 'segment',
    index: readNumber(from, 'index', segmentsMax - 1),
    first: readNumber(from, 'first', blocksMax),
    count: readNumber(from, 'count', blocksMax, 1),
    packageBytes: readNumber(from, 'packageBytes', packageBytesMax(segmentBytesMax), 1),
    baseRuns: version === 1 ? [] : readPositions(from, 'baseRuns'),
  };
}

export function writeSegment(to: ByteWriter, segment: SegmentStart, version: ProtocolVersion): void {
  writeNumber(to, 'index', segment.index, segmentsMax - 1);
  writeNumber(to, 'first', segment.first, blocksMax);
  writeNumber(to, 'count', segment.count, blocksMax, 1);
  writeNumber(to, 'packageBytes', segment.packageBytes, packageBytesMax(segmentBytesMax), 1);
  if (version === 1) assert(segment.baseRuns.length === 0, 'version 1 encodes against nothing');
  else writePositions(to, 'baseRuns', segment.baseRuns);
}

export function readAcknowledge(from: ByteReader, version: ProtocolVersion): Acknowledge {
  const index = readNumber(from, 'index', segmentsMax - 1);
  const creditBytes = version === 1 ? 0 : readNumber(from, 'creditBytes', creditBytesMax);
  return { type: 'acknowledge', index, creditBytes };
}

export function writeAcknowledge(to: ByteWriter, acknowledge: Acknowledge, version: ProtocolVersion): void {
  writeNumber(to, 'index', acknowledge.index, segmentsMax - 1);
  if (version === 1) assert(acknowledge.creditBytes === 0, 'version 1 has no credit');
  else writeNumber(to, 'creditBytes', acknowledge.creditBytes, creditBytesMax);
}

export function readCommit(from: ByteReader): Commit {
  return { type: 'commit', segmentCount: readNumber(from, 'segmentCount', segmentsMax) };
}

export function writeCommit(to: ByteWriter, { segmentCount }: Commit): void {
  writeNumber(to, 'segmentCount', segmentCount, segmentsMax);
}

export function readCommitted(from: ByteReader): Committed {
  const dot = readDot(from, 'dot');
  const head = readDot(from, 'head');
  const concurrent = [];
  for (let left = readNumber(from, 'concurrent: count', concurrentMax); left > 0; left--) {
    concurrent.push(readDot(from, 'concurrent'));
  }
  return { type: 'committed', dot, head, concurrent };
}

export function writeCommitted(to: ByteWriter, { dot, head, concurrent }: Committed): void {
  writeDot(to, 'dot', dot);
  writeDot(to, 'head', head);
  writeNumber(to, 'concurrent: count', concurrent.length, concurrentMax);
  for (const other of concurrent) writeDot(to, 'concurrent', other);
}
