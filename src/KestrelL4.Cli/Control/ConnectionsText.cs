using KestrelL4.Cli.Display;
using KestrelL4.Server.Admin.Answers;

namespace KestrelL4.Cli.Control;

/// <summary>The open connections for people.</summary>
/// <param name="now">The moment that ages are told of.</param>
internal sealed class ConnectionsText(DateTimeOffset now)
{
    /// <summary>A table, oldest first.</summary>
    public Report Of(IReadOnlyList<OpenConnection> connections)
    {
        if (connections.Count == 0)
        {
            return Report.Of("No connection is open.");
        }

        TextTable table = new("ID", "APPLICATION", "CLIENT", "SERIAL NUMBER", "PEER", "UPSTREAM", "FOR", "RECEIVED", "SENT");
        foreach (OpenConnection connection in connections)
        {
            table.Add(
                connection.Id,
                connection.Application,
                connection.Client,
                connection.SerialNumber,
                connection.Peer,
                connection.Upstream,
                Readable.Age(now - connection.Since),
                Readable.Bytes(connection.BytesReceived),
                Readable.Bytes(connection.BytesSent));
        }

        return new Report(table);
    }
}
