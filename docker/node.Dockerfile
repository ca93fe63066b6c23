# What npm packages are installed and run in. BASE: any image with node and npm.
ARG BASE=node:22-bookworm-slim
FROM ${BASE}
ENTRYPOINT []
CMD []
