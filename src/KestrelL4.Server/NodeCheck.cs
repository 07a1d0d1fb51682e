using System.Net;
using System.Net.Sockets;
using KestrelL4.Forwarding;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Ports;
using KestrelL4.Server.Sources;
using KestrelL4.Server.Transport;
using KestrelL4.Upstreams;
using Microsoft.AspNetCore.Connections;

namespace KestrelL4.Server;

/// <summary>Finds everything that would keep a node from serving, without serving.</summary>
/// <param name="time">The clock of validity and of dials.</param>
internal sealed class NodeCheck(TimeProvider time)
{
    /// <summary>Every finding, one line each; none = a node would start.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(ConfigurationSources sources, CheckReach reach, CancellationToken cancellation)
    {
        ConfigurationReading reading = ConfigurationReader.Read(sources);
        List<ConfigurationError> errors = [.. reading.Unreadable, .. reading.Errors];
        _ = await NodeFiles.LoadAsync(reading, previous: null, errors, time, cancellation).ConfigureAwait(false);
        List<string> findings = [.. errors.Select(static error => error.ToString())];
        if (reading.Configuration is not { } configuration)
        {
            return findings;
        }

        StateDirectoryInspection state = StateDirectoryInspection.Of(configuration.StateDirectory);
        if (state.Problem is { } problem)
        {
            findings.Add(Printable.Whole($"KestrelL4:StateDirectory ({reading.SourceOf("KestrelL4:StateDirectory")}): {problem}"));
        }

        foreach ((string keyPath, ListenAddress address) in configuration.Listens().Where(listen => !state.Listening.Contains(listen.Address.Text)))
        {
            if (BindProblem(address) is { } taken)
            {
                string finding = $"{address.Text} cannot be bound: {taken}";
                findings.Add(new ConfigurationError(keyPath, reading.SourceOf(keyPath), finding, "free it, or name another").ToString());
            }
        }

        if (reach == CheckReach.Upstreams)
        {
            findings.AddRange(await UnreachedAsync(configuration, reading, cancellation).ConfigureAwait(false));
        }

        return findings;
    }

    private static string? BindProblem(ListenAddress address)
    {
        foreach (EndPoint endPoint in LoopbackPair.Present(address))
        {
            try
            {
                ListeningSocket.Bind(endPoint).Dispose();
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
        UpstreamDialer dialer = new(time, NameResolution.Shared);
        string?[] findings = await Task.WhenAll(
            from application in configuration.Applications
            from upstream in application.Value.Upstreams
            let keyPath = $"KestrelL4:Applications:{application.Key}:Upstreams:{upstream.Key}:Address"
            select ProblemOf(keyPath, upstream.Value.Address, application.Value.Timeouts.Connect)).ConfigureAwait(false);
        return findings.OfType<string>();

        async Task<string?> ProblemOf(string keyPath, EndPoint address, TimeSpan timeout)
        {
            Dial dial = await dialer.DialAsync(new Upstream("checked", address), default, timeout, cancellation).ConfigureAwait(false);
            await using RelayEnd? end = dial.End;
            string finding = $"{UpstreamAddress.Text(address)} was not reached: {dial.Result.Word()}";
            return dial.Result == DialResult.Connected
                ? null
                : new ConfigurationError(keyPath, reading.SourceOf(keyPath), finding, "start it, or correct the address").ToString();
        }
    }
}
