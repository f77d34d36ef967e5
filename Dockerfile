FROM node:22-trixie-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY .config .config
COPY src src
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:22-trixie-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends baresip-core \
    && rm -rf /var/lib/apt/lists/*
# only what runs
COPY --from=build /build/node_modules /opt/offhook/node_modules
COPY --from=build /build/dist/guest /opt/offhook/dist/guest
COPY --from=build /build/dist/program /opt/offhook/dist/program
COPY --from=build /build/dist/report/LICENSES.txt /build/dist/report/template.html /opt/offhook/dist/report/
COPY package.json LICENSE /opt/offhook/
RUN ln -s /opt/offhook/dist/program/cli.js /usr/local/bin/offhook
# of the base image, uid 1000
USER node
WORKDIR /work
ENTRYPOINT ["offhook"]
CMD ["--help"]
