/**
 * Problems that the Dashboard shows beside the app, for somebody who has not opened it. Known to cores from 3.22.36 on;
 * older ones refuse the unknown mutation, so they are not asked (core 3.23, saleor/graphql/app/mutations/app_problem_create.py).
 */
import { AppProblemCreateDocument, AppProblemDismissDocument } from "@graphql/generated/graphql";
import type { SaleorClient } from "./client";
import { coreVersionOf } from "./core-version";

export interface Problem {
  /** 3 to 128 characters; one problem per key, a repeat only counts up. */
  key: string;
  /** At most 2,048 characters, no personal data: every staff user reads it. */
  message: string;
}

/** Best effort: the state stands in the app's own pages all the same. @returns whether the shop took it. */
export async function raiseProblem(client: SaleorClient, problem: Problem): Promise<boolean> {
  if (!(await knowsProblems(client))) return false;
  const answer = await client.request(AppProblemCreateDocument, {
    input: { key: problem.key, message: problem.message, criticalThreshold: 1 },
  });
  return answer.kind === "ok";
}

export async function dismissProblem(client: SaleorClient, key: string): Promise<boolean> {
  if (!(await knowsProblems(client))) return false;
  return (await client.request(AppProblemDismissDocument, { keys: [key] })).kind === "ok";
}

async function knowsProblems(client: SaleorClient): Promise<boolean> {
  const core = await coreVersionOf(client);
  if (!core) return false;
  const [major, minor, patch] = core;
  return major > 3 || minor > 22 || (minor === 22 && patch >= 36);
}
