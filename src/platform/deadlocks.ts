/**
 * Many processes on one PostgreSQL may lock the same rows in different order; the server then ends one statement. It has
 * done nothing, so it is simply said again.
 */
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from "kysely";

const DEADLOCK = "40P01";
const TRIES = 5;

export function retryingDeadlocks(dialect: Dialect): Dialect {
  return {
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createDriver: () => patient(dialect.createDriver()),
  };
}

class PatientConnection implements DatabaseConnection {
  /** Inside a transaction the whole of it is lost, and is not ours to repeat. */
  inTransaction = false;

  constructor(readonly inner: DatabaseConnection) {}

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.inner.executeQuery<R>(query);
      } catch (error) {
        if (this.inTransaction || attempt === TRIES || (error as { code?: unknown }).code !== DEADLOCK) throw error;
      }
    }
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.inner.streamQuery<R>(query, chunkSize);
  }
}

const innerOf = (connection: DatabaseConnection) => (connection as PatientConnection).inner;

function patient(driver: Driver): Driver {
  const ends = (end: (connection: DatabaseConnection) => Promise<void>) => async (connection: DatabaseConnection) => {
    await end(innerOf(connection));
    (connection as PatientConnection).inTransaction = false;
  };
  return {
    init: (options) => driver.init(options),
    acquireConnection: async (options) => new PatientConnection(await driver.acquireConnection(options)),
    async beginTransaction(connection, settings) {
      (connection as PatientConnection).inTransaction = true;
      await driver.beginTransaction(innerOf(connection), settings);
    },
    commitTransaction: ends((connection) => driver.commitTransaction(connection)),
    rollbackTransaction: ends((connection) => driver.rollbackTransaction(connection)),
    releaseConnection: (connection, options) => driver.releaseConnection(innerOf(connection), options),
    destroy: (options) => driver.destroy(options),
  };
}
