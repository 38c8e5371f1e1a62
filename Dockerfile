# GreenVue in a container. docs/operations.md says how to run it.
FROM node:26-slim AS console
WORKDIR /opt/greenvue
COPY . .
RUN npm ci --ignore-scripts && node scripts/build-console.mjs

FROM node:26-slim AS packages
WORKDIR /opt/greenvue
COPY package.json package-lock.json .npmrc ./
COPY apps/api/package.json apps/api/
COPY packages/jobs/package.json packages/jobs/
COPY packages/accounts/package.json packages/accounts/
COPY packages/cli/package.json packages/cli/
COPY packages/console/package.json packages/console/
# Optional packages are other versions of Node.js, and the tools that built the console.
RUN npm ci --ignore-scripts --omit=dev --omit=optional

FROM node:26-slim
WORKDIR /opt/greenvue
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
COPY --from=packages /opt/greenvue .
COPY apps/api apps/api
COPY packages/jobs/src packages/jobs/src
COPY packages/accounts/src packages/accounts/src
COPY packages/cli/src packages/cli/src
COPY packages/console/src packages/console/src
COPY --from=console /opt/greenvue/packages/console/dist packages/console/dist
# Root owns the program's files, so the server can't change them.
RUN install --directory --owner=node --group=node --mode=0700 /data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=4", "apps/api/src/main.ts"]
