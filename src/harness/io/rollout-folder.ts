/**
 * The folder of a rollout: `rollout.json`, where it stands, replaced whole after each step; and `audit/`, a store with a hash-chained log of every step, approval and rollback.
 *
 * Law: a step is in the log before it is in the document. After a crash between the two the step is taken again, and stands in the log twice: nothing is taken that the log does not tell.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../base/errors.js';
import { Random } from '../../base/prng.js';
import { AuditLog } from '../../replication/audit/log.js';
import type { AuditEvent } from '../../replication/audit/kinds.js';
import type { AuditRecord } from '../../replication/audit/record.js';
import { verifyAudit, type AuditVerdict } from '../../replication/audit/verify.js';
import { openStore } from '../../replication/io/open-store.js';
import { RealRuntime } from '../../replication/io/real-runtime.js';
import { HybridClock } from '../../replication/versions/hybrid-clock.js';
import { canaryResultsSchema, canarySchemaName, type CanaryResults } from '../report/canary/results.js';
import { replaceFile } from './output-file.js';
import { readDocument } from './result-file.js';

export type RolloutStep = Omit<Extract<AuditEvent, { readonly kind: 'rollout' }>, 'kind'>;

export interface RolloutLog {
  readonly verdict: AuditVerdict;
  readonly records: readonly AuditRecord[];
}

export class RolloutFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get documentPath(): string {
    return join(this.path, 'rollout.json');
  }

  get isBegun(): boolean {
    return existsSync(this.documentPath);
  }

  /** Throws UsageError where no rollout was begun, DataError where its document is damaged. */
  read(): CanaryResults {
    if (!this.isBegun) {
      throw new UsageError(`${this.path} holds no rollout`, { hint: 'begin one: canary run --out DIR' });
    }
    return readDocument(this.documentPath, canaryResultsSchema, [canarySchemaName], 'a rollout goes on from');
  }

  /** Appends the step to the log, then keeps the document. Throws WorldError. */
  async keep(results: CanaryResults, ...steps: readonly RolloutStep[]): Promise<void> {
    const { store, close } = await openStore(join(this.path, 'audit'));
    try {
      const log = await AuditLog.open(store, new HybridClock(new RealRuntime(new Random(0))));
      for (const step of steps) await log.append({ kind: 'rollout', ...step });
      await log.pin();
    } finally {
      close();
    }
    replaceFile(this.documentPath, `${JSON.stringify(results)}\n`);
  }

  /** Every step, and whether nothing in the log was changed. Throws WorldError. */
  async log(): Promise<RolloutLog> {
    const { store, close } = await openStore(join(this.path, 'audit'));
    try {
      const records: AuditRecord[] = [];
      const verdict = await verifyAudit(store, [], (record) => records.push(record));
      return { verdict, records };
    } finally {
      close();
    }
  }
}
