#pragma warning disable CS9113, CS0067, IDE0060
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Protocol;
using KestrelL4.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>Asks the authority. It exists before any connection does, connects on demand, and callers never look for its absence.</summary>
/// <param name="configuration">Where the authority is, by what it is known, and which way leads there.</param>
/// <param name="sectionHash">Changes with the configuration: what was learned about another section says nothing about this one.</param>
/// <param name="directory">Where the pathway that worked is remembered.</param>
/// <param name="loggers">Where it logs.</param>
/// <param name="time">Its clock.</param>
internal sealed class AuthorityClient(
    AuthorityConfiguration configuration, string sectionHash, string directory, ILoggerFactory loggers, TimeProvider time) : IAsyncDisposable
{
    /// <summary>The certificate that the node shows, with its private key; null = none yet. Holds from the next request on.</summary>
    public X509Certificate2? Identity { get; set; }

    /// <summary>The authority's root, from the file, or fetched and matched with the pin.</summary>
    public Task<Contact<X509Certificate2>> FindRootAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Joins: gives the node's first certificate, followed by its issuer, in PEM.</summary>
    /// <param name="token">The join token.</param>
    /// <param name="request">A certificate signing request in PEM.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public Task<Contact<string>> JoinAsync(string token, string request, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Renews: gives the node's next certificate, followed by its issuer, in PEM.</summary>
    public Task<Contact<string>> RenewAsync(string request, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Asks whether authority and node know each other, and tells which client authorities the node has of its own.</summary>
    public Task<Contact<Pong>> PingAsync(IReadOnlyCollection<string> clientAuthorities, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Asks for the registry.</summary>
    /// <param name="known">The version that the node has; null = none.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public Task<Contact<RegistryAnswer>> FetchRegistryAsync(string? known, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Opens the stream of events.</summary>
    /// <param name="known">The id of the last event seen; null = none.</param>
    /// <param name="cancellation">Ends the attempt; the stream ends when it is disposed.</param>
    public Task<Contact<EventStream>> OpenEventsAsync(string? known, CancellationToken cancellation) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
