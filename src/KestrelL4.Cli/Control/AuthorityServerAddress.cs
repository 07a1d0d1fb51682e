using System.Diagnostics.CodeAnalysis;

namespace KestrelL4.Cli.Control;

/// <summary>Where an authority serves HTTPS: <c>HOST:PORT</c>.</summary>
/// <param name="Uri">Its address.</param>
internal sealed record AuthorityServerAddress(Uri Uri)
{
    /// <summary>What is allowed, as an operator reads it.</summary>
    public const string Rule = "a server is HOST:PORT, such as authority.example.com:7443, 10.0.0.5:7443 or [2001:db8::5]:7443";

    /// <summary>Takes an address that keeps the <see cref="Rule"/>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out AuthorityServerAddress? address)
    {
        address = Uri.TryCreate($"https://{text}", UriKind.Absolute, out Uri? uri)
            && uri is { PathAndQuery: "/", Fragment: "", UserInfo: "" }
            && text.EndsWith($":{uri.Port}", StringComparison.Ordinal)
                ? new AuthorityServerAddress(uri)
                : null;
        return address is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Uri.Host}:{Uri.Port}";
}
