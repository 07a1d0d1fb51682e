using System.Net;
using System.Net.Sockets;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Ports;
using KestrelL4.Server.Sources;
using KestrelL4.Server.Transport;
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
        NodeFiles? files = await NodeFiles.LoadAsync(reading, previous: null, errors, time, cancellation).ConfigureAwait(false);
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

        foreach ((string keyPath, ListenAddress address) in configuration.Listens().Where(listen => IsToBeBound(listen.Address, state)))
        {
            if (BindProblem(address) is { } taken)
            {
                string finding = $"{address.Text} cannot be bound: {taken}";
                findings.Add(new ConfigurationError(keyPath, reading.SourceOf(keyPath), finding, "free it, or name another").ToString());
            }
        }

        if (reach == CheckReach.Upstreams)
        {
            findings.AddRange(await new UpstreamCheck(reading, files, time).FindAsync(cancellation).ConfigureAwait(false));
        }

        return findings;
    }

    // What is passed to the node is there only when it runs.
    private static bool IsToBeBound(ListenAddress address, StateDirectoryInspection state) =>
        address.PassedName is null && !state.Listening.Contains(address.Text);

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
}
