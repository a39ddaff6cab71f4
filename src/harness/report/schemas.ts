/** The published JSON Schemas of result files, by the name in their `schema` field. */
import { z } from 'zod';
import { gateResultsSchema, gateSchemaName } from './gate/results.js';
import { gateCalibrationSchema, gateCalibrationSchemaName } from './gate/calibration.js';
import { gateHistorySchemaName, historyLineSchema } from './gate/history.js';
import { measuresDocumentSchema, measuresSchemaName } from './measures/measures-of.js';
import { exactPipelineResultsSchema, exactPipelineSchemaName } from './exact-pipeline-results.js';
import { exactKernelResultsSchema, exactKernelSchemaName } from './exact-kernel-results.js';
import { chunkerResultsSchema, chunkerSchemaName } from './chunker-results.js';
import { growthResultsSchema, growthSchemaName } from './growth-results.js';
import { detectionResultsSchema, detectionSchemaName } from './detection-results.js';
import { kernelResultsSchema, kernelSchemaName } from './kernel-results.js';
import { labResultsSchema, labSchemaName } from './lab-results.js';
import { linksResultsSchema, linksSchemaName } from './links-results.js';
import { peerResultsSchema, peerSchemaName } from './peer-results.js';
import { pipelineResultsSchema, pipelineSchemaName } from './pipeline-results.js';
import { processResultsSchema, processSchemaName } from './process-results.js';
import { simulationResultsSchema, simulationSchemaName } from './simulation-results.js';
import {
  traceReplaySchema,
  traceReplaySchemaName,
  traceResultsSchema,
  traceSchemaName,
} from './trace-results.js';
import { tuneResultsSchema, tuneSchemaName } from './tune-results.js';
import { snapshotsSchema, snapshotsSchemaName } from './snapshots-document.js';

const documents: Readonly<Record<string, z.ZodType>> = {
  [labSchemaName]: labResultsSchema,
  [kernelSchemaName]: kernelResultsSchema,
  [exactKernelSchemaName]: exactKernelResultsSchema,
  [chunkerSchemaName]: chunkerResultsSchema,
  [detectionSchemaName]: detectionResultsSchema,
  [pipelineSchemaName]: pipelineResultsSchema,
  [exactPipelineSchemaName]: exactPipelineResultsSchema,
  [processSchemaName]: processResultsSchema,
  [peerSchemaName]: peerResultsSchema,
  [growthSchemaName]: growthResultsSchema,
  [simulationSchemaName]: simulationResultsSchema,
  [linksSchemaName]: linksResultsSchema,
  [tuneSchemaName]: tuneResultsSchema,
  [snapshotsSchemaName]: snapshotsSchema,
  [traceSchemaName]: traceResultsSchema,
  [traceReplaySchemaName]: traceReplaySchema,
  [gateSchemaName]: gateResultsSchema,
  [gateCalibrationSchemaName]: gateCalibrationSchema,
  [gateHistorySchemaName]: historyLineSchema,
  [measuresSchemaName]: measuresDocumentSchema,
};

export const resultSchemaNames: readonly string[] = Object.keys(documents);

/** Draft 2020-12. Undefined for a name that is not in `resultSchemaNames`. */
export function resultJsonSchema(name: string): object | undefined {
  const document = documents[name];
  return document === undefined ? undefined : { $id: name, ...z.toJSONSchema(document) };
}
