using KestrelL4.Server.Listeners;
using KestrelL4.Server.Ports;
using KestrelL4.Server.Reload;
using KestrelL4.Server.Transport;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server;

/// <summary>Tells the log where a node listens that has just been installed, and what is odd about that.</summary>
/// <param name="listening">Who listens where.</param>
/// <param name="passed">The sockets that were passed to this process.</param>
/// <param name="logger">Where it logs.</param>
internal sealed partial class NodeStartReport(NodeListening listening, PassedSockets passed, ILogger logger)
{
    /// <summary>Tells it, once.</summary>
    /// <param name="first">The configuration that the node begins with.</param>
    /// <param name="adminAddress">The address of the admin endpoint.</param>
    public void Tell(ConfigurationInForce first, string adminAddress)
    {
        AdminListens(logger, adminAddress);
        foreach (ServedApplication served in listening.Served.Configured.Where(static served => served.Bound is not null))
        {
            ApplicationListens(logger, served.Name, served.Address, served.Application.Upstreams.Count);
        }

        if (listening.LetsNobodyIn)
        {
            StaysClosed(logger);
        }

        IEnumerable<string> heeded = first.Configuration.Listens().Select(static listen => listen.Address.PassedName).OfType<string>();
        foreach (string name in passed.Names.Except(heeded))
        {
            NobodyListens(logger, name);
        }

        if (first.Files.SendsTickets)
        {
            SendsTickets(logger);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Admin endpoint on {Address}")]
    private static partial void AdminListens(ILogger logger, string address);

    [LoggerMessage(2, LogLevel.Information, "Application {Application} listens on {Address}, upstreams: {Upstreams}")]
    private static partial void ApplicationListens(ILogger logger, string application, string address, int upstreams);

    [LoggerMessage(3, LogLevel.Warning,
        "This process sends TLS session tickets, so handshakes cost more: OpenSSL ignores our settings, as it does for a program with file capabilities")]
    private static partial void SendsTickets(ILogger logger);

    [LoggerMessage(7, LogLevel.Warning, "The socket {Name} was passed to this process and no Listen names it: who connects there waits")]
    private static partial void NobodyListens(ILogger logger, string name);

    [LoggerMessage(8, LogLevel.Warning, "Ports stay closed until the authority has given an identity in date and a registry")]
    private static partial void StaysClosed(ILogger logger);
}
