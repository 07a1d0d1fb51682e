# The node in a container: configuration and certificates are mounted, the state directory is a volume.
#   docker build -t kestrell4 .
#   docker run -p 9443:9443 -v ./appsettings.json:/etc/kestrell4/appsettings.json:ro -v ./pki:/etc/kestrell4/pki:ro kestrell4
# In that configuration applications listen at 0.0.0.0, StateDirectory is left out, and the private key is readable by the
# container's user ($APP_UID, 1654), for example by its group: the node refuses one that everybody can read.

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/KestrelL4.Cli --configuration Release --output /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
COPY --from=build /app /opt/kestrell4
# A new volume takes owner and mode from here, and the node refuses a state directory that is open to others.
RUN mkdir -m 0700 /var/lib/kestrell4 && chown "$APP_UID:$APP_UID" /var/lib/kestrell4
ENV STATE_DIRECTORY=/var/lib/kestrell4
VOLUME /var/lib/kestrell4
WORKDIR /etc/kestrell4
USER $APP_UID
# SIGTERM drains; give the container more time to stop than Drain:Delay and Drain:Timeout together.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/kestrell4/kestrell4"]
CMD ["run"]
