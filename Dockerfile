# One image for web and worker. Build: docker build -t saleor-crm .   Run: see compose.yaml.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN NEXT_TELEMETRY_DISABLED=1 npm run build && npm prune --omit=dev

FROM node:24-slim
# NEXT_MANUAL_SIG_HANDLE: the app itself ends what it is at when it is told to stop.
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 NEXT_MANUAL_SIG_HANDLE=true DATA_DIR=/data PORT=3000
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/.next .next
COPY --from=build /app/public public
# The worker runs from the sources (docs/adr/0014).
COPY --from=build /app/graphql graphql
COPY --from=build /app/src src
COPY --from=build /app/scripts/rotate-secret-key.ts scripts/rotate-secret-key.ts
COPY --from=build /app/package.json /app/next.config.js /app/tsconfig.json /app/saleor-app.ts ./
USER node
VOLUME /data
EXPOSE 3000
# Without npm in between, which would not pass the signal on. The worker: command: ["node", "--import", "tsx", "src/worker.ts"]
CMD ["node", "node_modules/next/dist/bin/next", "start"]
