# The program: what the npm package holds, with the packages it runs with.
FROM node:22-trixie-slim AS program
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json LICENSE ./
COPY .config .config
COPY src src
RUN npm run build \
    && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
    && npm pack --ignore-scripts --silent \
    && mkdir -p /opt/offhook \
    && tar -xzf offhook-*.tgz --strip-components=1 -C /opt/offhook \
    && mv node_modules /opt/offhook/

# Node.js, baresip, tini and the libraries they load: Debian's package of baresip drags in ten times as much.
FROM debian:trixie-slim AS system
COPY --from=program /usr/local/bin/node /usr/local/bin/node
COPY .config/image-files.sh /
RUN sh /image-files.sh /out

FROM debian:trixie-slim AS offhook
LABEL org.opencontainers.image.title="Offhook" \
      org.opencontainers.image.description="Phone-call tests: scenario files drive real SIP agents through real calls" \
      org.opencontainers.image.licenses="MIT"
COPY --from=system /out /
COPY --from=program /opt/offhook /opt/offhook
# The folder is for the history of a monitor. A new volume that is mounted there gets its owner and mode: any user may
# write into it, and what is written is for its owner alone.
RUN ln -s /opt/offhook/dist/program/cli.js /usr/local/bin/offhook \
    && install -d -o 1000 -g 1000 -m 1777 /var/lib/offhook
# Any other user will do as well.
USER 1000:1000
WORKDIR /work
# tini ends with its child and takes care of processes nobody waits for.
ENTRYPOINT ["tini", "--", "offhook"]
CMD ["--help"]

# With a SIP server for `run --lab`: docker build --target lab -t offhook:lab .
FROM offhook AS lab
USER 0:0
RUN apt-get update \
    && apt-get install -y --no-install-recommends kamailio kamailio-tls-modules openssl \
    && rm -rf /var/lib/apt/lists/*
COPY examples /work/examples
USER 1000:1000

# Watches phone lines (docs/monitor-deployment.md): docker build --target monitor -t offhook:monitor .
FROM offhook AS monitor
EXPOSE 8470
CMD ["serve"]

# What `docker build .` makes.
FROM offhook
