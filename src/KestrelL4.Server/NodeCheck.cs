using System.Net;
using System.Net.Sockets;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Ports;
using KestrelL4.Server.Reload;
using KestrelL4.Server.Sources;
using KestrelL4.Server.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server;

/// <summary>Finds everything that would keep a node from serving, without serving.</summary>
/// <param name="time">The clock of validity and of dials.</param>
internal sealed class NodeCheck(TimeProvider time)
{
    /// <summary>Every finding; none = a node would start.</summary>
    public async Task<CheckFindings> FindAsync(ConfigurationSources sources, CheckReach reach, CancellationToken cancellation)
    {
        ConfigurationReading reading = ConfigurationReader.Read(sources);
        List<ConfigurationError> errors = [.. reading.Unreadable, .. reading.Errors];
        NodeFiles? files = await NodeFiles.LoadAsync(reading, previous: null, errors, time, cancellation).ConfigureAwait(false);
        List<string> findings = [.. errors.Select(static error => error.ToString())];
        if (reading.Configuration is not { } configuration)
        {
            return new CheckFindings(findings);
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

        if (reach == CheckReach.ThisMachine)
        {
            return new CheckFindings(findings);
        }

        findings.AddRange(await new UpstreamCheck(reading, files, time).FindAsync(cancellation).ConfigureAwait(false));
        IReadOnlyList<(string Line, ContactFault Fault)> authority = configuration.Authority is null ? []
            : await AuthorityAsync(reading, configuration.Authority, cancellation).ConfigureAwait(false);
        return new CheckFindings([.. findings, .. authority.Select(static each => each.Line)])
        {
            // One that answers at another of its addresses is not away.
            IsAuthorityAwayAlone = findings.Count == 0 && authority.Count > 0 && authority.Count == configuration.Authority?.Urls.Count
                && authority.All(static each => each.Fault == ContactFault.Away),
        };
    }

    // With the certificate that the node would show: the authority may know it no more.
    private async Task<IReadOnlyList<(string Line, ContactFault Fault)>> AuthorityAsync(
        ConfigurationReading reading, AuthorityConfiguration authority, CancellationToken cancellation)
    {
        Agent.Agent agent = new(AuthorityChange.SettingsOf(reading), reading.Understood.StateDirectory, NullLoggerFactory.Instance, time);
        await using (agent.ConfigureAwait(false))
        {
            return await new AuthorityCheck(reading, agent.Holding.Identity?.Context.TargetCertificate, time)
                .FindAsync(authority, cancellation).ConfigureAwait(false);
        }
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
