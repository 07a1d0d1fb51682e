using System.Security.Cryptography.X509Certificates;
using KestrelL4.Protocol;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Values;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server;

/// <summary>Finds the addresses of the authority that cannot be reached, or that are not the authority. Joins nothing, writes nothing.</summary>
/// <param name="reading">What the operator wrote.</param>
/// <param name="identity">The certificate that the node would show, with its private key; null = it has not joined yet.</param>
/// <param name="time">The clock of the attempts.</param>
internal sealed class AuthorityCheck(ConfigurationReading reading, X509Certificate2? identity, TimeProvider time)
{
    /// <summary>Asks at every address at once; one line for each that fails, with whose fault it is.</summary>
    /// <param name="authority">The section.</param>
    /// <param name="cancellation">Ends the attempts.</param>
    public async Task<IReadOnlyList<(string Line, ContactFault Fault)>> FindAsync(AuthorityConfiguration authority, CancellationToken cancellation)
    {
        (string Line, ContactFault Fault)?[] findings = await Task.WhenAll(
            authority.Urls.Select((url, index) => FindAsync(authority with { Urls = [url] }, index, cancellation))).ConfigureAwait(false);
        return [.. findings.OfType<(string, ContactFault)>()];
    }

    private async Task<(string Line, ContactFault Fault)?> FindAsync(AuthorityConfiguration one, int index, CancellationToken cancellation)
    {
        List<ContactFailure> failures = [];
        foreach (Pathway pathway in PathwaysOf(one))
        {
            if (await AskAsync(one with { Pathway = pathway }, cancellation).ConfigureAwait(false) is not { } failure)
            {
                return null;
            }

            failures.Add(failure);
        }

        string keyPath = $"KestrelL4:Authority:Urls:{index}";
        string problem = string.Join("; ", failures.Select(static failure => failure.Sentence).Distinct());
        ContactFault fault = failures.Exists(static failure => failure.Fault == ContactFault.Away) ? ContactFault.Away : failures[0].Fault;
        return (Printable.Whole($"{keyPath} ({reading.SourceOf(keyPath)}): {problem}"), fault);
    }

    // One after the other by themselves: what is learned of them is nothing to remember for the node.
    private static Pathway[] PathwaysOf(AuthorityConfiguration authority) => authority switch
    {
        { Pathway: Pathway.Auto, Via: not null } => [Pathway.Direct, Pathway.Via],
        { Pathway: Pathway.Auto } => [Pathway.Direct],
        _ => [authority.Pathway],
    };

    private async Task<ContactFailure?> AskAsync(AuthorityConfiguration one, CancellationToken cancellation)
    {
        AuthorityClient client = new(one, reading.HashOf("Authority"), reading.Understood.StateDirectory, NullLoggerFactory.Instance, time);
        await using (client.ConfigureAwait(false))
        {
            client.Identity = identity;
            Contact<Pong> pong = await client.PingAsync([.. reading.Understood.ClientAuthorities.Keys], cancellation).ConfigureAwait(false);

            // Whoever has not joined yet is refused, and by that the authority is known to be there.
            return identity is null && pong.Failure?.Reason == RefusalReason.CertificateMissing ? null : pong.Failure;
        }
    }
}
