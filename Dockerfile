# The node, or an authority, in a container: no shell, not root, and nothing to write but the state directory. docs/containers.md tells how it is run.
#   docker build -t kestrell4 .
#   docker run --read-only --cap-drop ALL -p 6432:6432 -v ./configuration:/etc/kestrell4:ro kestrell4

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY Directory.Build.props Directory.Packages.props global.json BannedSymbols.txt .editorconfig ./
COPY src src
RUN dotnet publish src/KestrelL4.Cli --configuration Release --output /app
# A new volume takes owner and mode from here, and the node refuses a state directory that is open to others.
RUN mkdir -p /new/var/lib && mkdir -m 0700 /new/var/lib/kestrell4

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
COPY --from=build /app /opt/kestrell4
COPY --from=build --chown=1654:1654 /new/var/lib /var/lib
ENV STATE_DIRECTORY=/var/lib/kestrell4 DOTNET_EnableDiagnostics=0
VOLUME /var/lib/kestrell4
WORKDIR /etc/kestrell4
# The user "app" of .NET's images, by number, so that Kubernetes knows that it is not root.
USER 1654:1654
# SIGTERM drains; give the container more time to stop than Drain:Delay and Drain:Timeout together.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["/opt/kestrell4/kestrell4", "wait", "--for", "ready", "--timeout", "1s", "--socket", "/var/lib/kestrell4/admin.sock"]
ENTRYPOINT ["/opt/kestrell4/kestrell4"]
CMD ["run"]
