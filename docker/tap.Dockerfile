# What holds a sandbox's network namespace, and the recorder for engines elsewhere. BASE: node 20 or newer on Debian
# or Alpine; nftables and iproute2 are added where it lacks them.
ARG BASE=node:22-bookworm-slim
FROM ${BASE}
RUN if ! command -v nft || ! command -v ip; then \
      if command -v apt-get; then \
        apt-get update -q && apt-get install -q -y --no-install-recommends nftables iproute2 && rm -rf /var/lib/apt/lists/*; \
      else apk add --no-cache nftables iproute2; fi; fi
# Where the tap finds the recorder's container, which runs under this id.
RUN mkdir -m 0755 /link && chown 10002:10002 /link
COPY files /opt/mcp-run
USER 0
ENTRYPOINT []
CMD []
