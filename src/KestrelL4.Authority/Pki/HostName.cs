using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace KestrelL4.Authority.Pki;

/// <summary>A name or address under which clients reach the node: one subject alternative name of its certificate.</summary>
internal sealed record HostName
{
    /// <summary>What is allowed, as an operator reads it.</summary>
    public const string Rule =
        "a host is a DNS name such as db.example.com or *.example.com (ASCII, at most 253 characters), "
        + "or an IP address without brackets or port";

    private const int MaxLength = 253;
    private const int MaxLabelLength = 63;

    private HostName(string text, IPAddress? address)
    {
        Text = text;
        Address = address;
    }

    /// <summary>The DNS name in lower case, or the address in its usual form.</summary>
    public string Text { get; }

    /// <summary>The address, or null for a DNS name.</summary>
    public IPAddress? Address { get; }

    /// <summary>Takes a host that keeps the <see cref="Rule"/>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out HostName? host)
    {
        host = null;

        // .NET also reads "1" and "[::1]:80" as addresses, and a zone means nothing on another machine.
        if (IPAddress.TryParse(text, out IPAddress? address)
            && (address.AddressFamily == AddressFamily.InterNetwork ? address.ToString() == text : !text.AsSpan().ContainsAny("[]%")))
        {
            host = new HostName(address.ToString(), address);
        }
        else if (IsDnsName(text))
        {
            host = new HostName(text.ToLowerInvariant(), null);
        }

        return host is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static bool IsDnsName(string text)
    {
        string[] labels = text.Split('.');
        return text.Length <= MaxLength
            && (labels[0] == "*" ? labels.Length > 2 : IsLabel(labels[0]))
            && labels.Skip(1).All(IsLabel)
            && !labels[^1].All(char.IsAsciiDigit);
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= MaxLabelLength
        && label[0] != '-'
        && label[^1] != '-'
        && label.All(static character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');
}
