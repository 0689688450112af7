/** Every call of the pages. Permissions stand beside each procedure; tests/flows/permissions.test.ts walks over all of them. */
import { activityRoutes } from "./activity";
import { appRoutes } from "./app";
import { auditRoutes } from "./audit";
import { connectRoutes } from "./connect";
import { connectionRoutes } from "./connections";
import { customerRoutes } from "./customers";
import { erasureRoutes } from "./erasure";
import { mappingRoutes } from "./mapping";
import { runRoutes } from "./runs";
import { setupRoutes } from "./setup";
import { standingRoutes } from "./standings";
import { router } from "./trpc";
import { undoRoutes } from "./undo";

export const appRouter = router({
  app: appRoutes,
  connections: connectionRoutes,
  connect: connectRoutes,
  runs: runRoutes,
  undo: undoRoutes,
  customers: customerRoutes,
  activity: activityRoutes,
  audit: auditRoutes,
  mapping: mappingRoutes,
  erasure: erasureRoutes,
  standings: standingRoutes,
  setup: setupRoutes,
});

export type AppRouter = typeof appRouter;
