using System.Net;
using System.Net.Sockets;
using KestrelL4.Forwarding;
using KestrelL4.Upstreams;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>Connects to the authority, or to the proxy that leads there, and tells why it could not.</summary>
/// <remarks>A name that has several addresses is dialled at all of them, as upstreams are, so that one dead address costs no attempt.</remarks>
/// <param name="names">Where names are resolved.</param>
/// <param name="time">The clock of the race between addresses.</param>
internal sealed class Dialer(NameResolution names, TimeProvider time)
{
    /// <summary>A connection; whoever asked owns it.</summary>
    /// <exception cref="ContactException">There is none, and why.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<Stream> ConnectAsync(DnsEndPoint target, CancellationToken cancellation)
    {
        NameAnswer answer = IPAddress.TryParse(target.Host, out IPAddress? address)
            ? new NameAnswer([address], null)
            : await names.ResolveAsync(target.Host, cancellation).ConfigureAwait(false);
        SocketDial dial = answer.Addresses.Count == 0
            ? default
            : await new AddressRace(answer.Addresses, target.Port, time).RunAsync(cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return dial.Socket is { } socket ? new NetworkStream(socket.Release(), ownsSocket: true)
            : answer.Problem is not null ? throw Unresolved(target.Host, answer)
            : throw Failed(dial);
    }

    private static ContactException Unresolved(string name, NameAnswer answer) => answer.IsUnknown
        ? new ContactException(ContactFault.Misconfigured, $"has a name that does not exist or has no address, '{name}': correct the name, or have it resolved")
        : new ContactException(ContactFault.Away, $"cannot be found now: looking up '{name}' failed ({answer.Problem})");

    private static ContactException Failed(SocketDial dial) => new(ContactFault.Away, dial.Result switch
    {
        DialResult.Refused => "refuses connections: nothing listens there, so it is down, or the port is wrong",
        DialResult.LocalError => "cannot be dialled: this node has no descriptor or port left",
        DialResult.Timeout => "does not answer: no connection came about",
        _ => $"cannot be reached ({dial.Problem ?? "no route"})",
    });
}
