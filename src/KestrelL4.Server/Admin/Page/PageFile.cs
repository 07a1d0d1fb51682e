using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace KestrelL4.Server.Admin.Page;

/// <summary>One file of the page, which the program carries with it.</summary>
internal sealed class PageFile
{
    private const string Prefix = "Page/";

    // Nothing but the page's own files, and no frame around it; everything that is shown is text.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private readonly byte[] _content;
    private readonly string _contentType;
    private readonly EntityTagHeaderValue _tag;

    private PageFile(string name)
    {
        using Stream resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + name)!;
        _content = new byte[resource.Length];
        resource.ReadExactly(_content);
        _contentType = Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        };
        _tag = new EntityTagHeaderValue($"\"{Convert.ToHexString(SHA256.HashData(_content).AsSpan(..16))}\"");
    }

    /// <summary>All files by name.</summary>
    public static IReadOnlyDictionary<string, PageFile> All { get; } = Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .Select(static name => name[Prefix.Length..])
        .ToDictionary(static name => name, static name => new PageFile(name), StringComparer.Ordinal);

    /// <summary>The answer that holds it, or 304 when the browser has it already.</summary>
    public FileContentHttpResult Answer(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";

        // Asked for anew each time, so that a page is never of two versions.
        headers.CacheControl = "no-cache";
        return TypedResults.Bytes(_content, _contentType, entityTag: _tag);
    }
}
