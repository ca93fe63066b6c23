# What Python servers run in. BASE: any image with python3; uv (uvx) where the server is started by it.
ARG BASE=ghcr.io/astral-sh/uv:python3.13-bookworm-slim
FROM ${BASE}
ENTRYPOINT []
CMD []
