export { type Drifted, drift, type HandMade, InvalidDrift } from "./drift";
export { modelledTypes } from "./facts";
export { type Fault, type FaultOutcome, Faults } from "./faults";
export { UnmodelledType } from "./provider";
export { type StandIn, startStandIn } from "./server";
export { type CheckpointResource, type Disagreement, World, WorldFileError, type WorldResource } from "./world";
