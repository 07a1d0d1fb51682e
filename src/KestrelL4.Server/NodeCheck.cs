using System.Net;
using System.Net.Sockets;
using KestrelL4.Forwarding;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Sources;
using KestrelL4.Server.Transport;
using KestrelL4.Upstreams;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server;

/// <summary>Finds everything that would keep a node from serving, without serving.</summary>
/// <param name="time">The clock of validity and of dials.</param>
internal sealed class NodeCheck(TimeProvider time)
{
    /// <summary>Every finding, one line each; none = a node would start.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(ConfigurationSources sources, CheckReach reach, CancellationToken cancellation)
    {
        ConfigurationReading reading = ConfigurationReader.Read(sources);
        _ = NodeFiles.Load(reading, time, out IReadOnlyList<ConfigurationError> errors);
        List<string> findings = [.. reading.Unreadable.Concat(errors).Select(static error => error.ToString())];
        if (reading.Configuration is not { } configuration)
        {
            return findings;
        }

        StateDirectoryUse use = StateDirectory.Inspect(configuration.StateDirectory, out string problem);
        if (use == StateDirectoryUse.Unsafe)
        {
            findings.Add($"KestrelL4:StateDirectory ({reading.SourceOf("KestrelL4:StateDirectory")}): {problem}");
        }

        foreach ((string keyPath, ListenAddress address) in Addresses(configuration))
        {
            if (await BindProblemAsync(address, use).ConfigureAwait(false) is { } taken)
            {
                findings.Add(new ConfigurationError(keyPath, reading.SourceOf(keyPath), $"{address.Text} cannot be bound: {taken}", "free it, or name another").ToString());
            }
        }

        if (reach == CheckReach.Upstreams)
        {
            findings.AddRange(await UnreachedAsync(configuration, reading, cancellation).ConfigureAwait(false));
        }

        return findings;
    }

    private static IEnumerable<(string KeyPath, ListenAddress Address)> Addresses(NodeConfiguration configuration) =>
        configuration.Applications
            .Select(static entry => ($"KestrelL4:Applications:{entry.Key}:Listen", entry.Value.Listen))
            .Append(("KestrelL4:Admin:Listen", configuration.Admin.Listen));

    // What is in use while a node holds the state directory is taken for that node's own.
    private async Task<string?> BindProblemAsync(ListenAddress address, StateDirectoryUse use)
    {
        foreach (EndPoint endPoint in LoopbackPair.Present(address))
        {
            try
            {
                SocketListener listener = SocketListener.Bind(endPoint, NullLogger.Instance, time);
                await listener.UnbindAsync().ConfigureAwait(false);
                await listener.DisposeAsync().ConfigureAwait(false);
            }
            catch (AddressInUseException) when (use == StateDirectoryUse.ByRunningNode)
            {
            }
            catch (Exception exception) when (exception is AddressInUseException or SocketException or IOException or UnauthorizedAccessException)
            {
                return exception.Message;
            }
        }

        return null;
    }

    private async Task<IEnumerable<string>> UnreachedAsync(
        NodeConfiguration configuration, ConfigurationReading reading, CancellationToken cancellation)
    {
        UpstreamDialer dialer = new(time);
        string?[] findings = await Task.WhenAll(
            from application in configuration.Applications
            from upstream in application.Value.Upstreams
            select UnreachedAsync($"KestrelL4:Applications:{application.Key}:Upstreams:{upstream.Key}:Address", upstream.Value.Address, application.Value.Timeouts.Connect)).ConfigureAwait(false);
        return findings.OfType<string>();

        async Task<string?> UnreachedAsync(string keyPath, EndPoint address, TimeSpan timeout)
        {
            (DialResult result, Socket? socket) = await dialer.DialAsync(new Upstream("checked", address), timeout, cancellation).ConfigureAwait(false);
            socket?.Dispose();
            return result == DialResult.Connected
                ? null
                : new ConfigurationError(keyPath, reading.SourceOf(keyPath), $"{UpstreamAddress.Text(address)} was not reached: {result.Word()}", "start it, or correct the address").ToString();
        }
    }
}
