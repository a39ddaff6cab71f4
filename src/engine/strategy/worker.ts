/** Entry of a worker thread: builds its lane from the team's setup and serves the team with it. */
import { createWasmKernels } from '../../kernels/load.js';
import { Workspace, workspaceMemoryBytes } from '../../kernels/workspace.js';
import { serveTeam } from '../parallel/team-thread.js';
import type { Done, Job, LaneSetup } from './jobs.js';
import { StrategyLane } from './lane.js';

serveTeam<Job, Done>((setup) => {
  const { kernels } = setup as LaneSetup;
  const workspace = new Workspace(createWasmKernels(kernels, workspaceMemoryBytes));
  return new StrategyLane(setup as LaneSetup, workspace, { nowMs: () => performance.now() });
});
