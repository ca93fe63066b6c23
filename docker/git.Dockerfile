# What fetches repositories. BASE: that of node.Dockerfile; git is added where it lacks it. The PATH is the fetch's own.
ARG BASE=node:22-bookworm-slim
FROM ${BASE}
USER 0
RUN if ! PATH=/usr/local/bin:/usr/bin:/bin command -v git; then \
      if command -v apt-get; then \
        apt-get update -q && apt-get install -q -y --no-install-recommends ca-certificates git && rm -rf /var/lib/apt/lists/*; \
      elif command -v apk; then apk add --no-cache ca-certificates git; \
      else echo 'the base has neither git nor apt-get nor apk' && false; fi; fi
ENTRYPOINT []
CMD []
