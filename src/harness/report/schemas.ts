/** The published JSON Schemas of result files, by the name in their `schema` field. */
import { z } from 'zod';
import { canaryResultsSchema } from './canary/results.js';
import { gateResultsSchema } from './gate/results.js';
import { gateCalibrationSchema } from './gate/calibration.js';
import { historyLineSchema } from './gate/history.js';
import { measuresDocumentSchema } from './measures/measures-of.js';
import { exactPipelineResultsSchema } from './exact-pipeline-results.js';
import { exactKernelResultsSchema } from './exact-kernel-results.js';
import { chunkerResultsSchema } from './chunker-results.js';
import { growthResultsSchema } from './growth-results.js';
import { detectionResultsSchema } from './detection-results.js';
import { kernelResultsSchema } from './kernel-results.js';
import { labResultsSchema } from './lab-results.js';
import { linksResultsSchema } from './links-results.js';
import { peerResultsSchema } from './peer-results.js';
import { pipelineResultsSchema } from './pipeline-results.js';
import { processResultsSchema } from './process-results.js';
import { simulationResultsSchema } from './simulation-results.js';
import { traceReplaySchema, traceResultsSchema } from './trace-results.js';
import { tuneResultsSchema } from './tune-results.js';
import { snapshotsSchema } from './snapshots-document.js';

const documents = [
  labResultsSchema,
  kernelResultsSchema,
  exactKernelResultsSchema,
  chunkerResultsSchema,
  detectionResultsSchema,
  pipelineResultsSchema,
  exactPipelineResultsSchema,
  processResultsSchema,
  peerResultsSchema,
  growthResultsSchema,
  simulationResultsSchema,
  linksResultsSchema,
  tuneResultsSchema,
  snapshotsSchema,
  traceResultsSchema,
  traceReplaySchema,
  gateResultsSchema,
  gateCalibrationSchema,
  historyLineSchema,
  measuresDocumentSchema,
  canaryResultsSchema,
];

export const resultSchemaNames: readonly string[] = documents.map(({ shape }) => shape.schema.value);

/** Draft 2020-12. Undefined for a name that is not in `resultSchemaNames`. */
export function resultJsonSchema(name: string): object | undefined {
  const document = documents.find(({ shape }) => shape.schema.value === name);
  return document === undefined ? undefined : { $id: name, ...z.toJSONSchema(document) };
}
