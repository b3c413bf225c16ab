export { type Drifted, drift, type HandMade, InvalidDrift } from "./drift";
export { modelledTypes } from "./facts";
export { UnmodelledType } from "./provider";
export { type StandIn, startStandIn } from "./server";
export { type CheckpointResource, type Disagreement, World, WorldFileError, type WorldResource } from "./world";
