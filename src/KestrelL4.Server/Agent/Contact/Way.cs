using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>One way to the authority: an address, and how it is reached.</summary>
/// <param name="Url">The authority's address.</param>
/// <param name="Via">What leads there; null = nothing, the address is dialled itself.</param>
internal sealed record Way(Uri Url, Uri? Via)
{
    /// <summary>The file of settings for the OpenSSH client, where it leads there. An absolute path; null = what the client finds by itself.</summary>
    public string? SshConfig { get; init; }

    /// <summary>Which pathway this is.</summary>
    public Pathway Pathway => Via is null ? Pathway.Direct : Pathway.Via;

    /// <summary>The way for people, without user names and passwords: <c>https://authority:7443 by way of http://proxy:3128</c>.</summary>
    public override string ToString() => Via is null ? Name(Url) : $"{Name(Url)} by way of {Name(Via)}";

    /// <summary>An address for people, without user name and password.</summary>
    public static string Name(Uri address) => address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
}
