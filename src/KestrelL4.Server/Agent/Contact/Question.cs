using System.Net.Http.Headers;
using System.Text;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>What the authority is asked, and how its answer is read.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path, and the query if there is one.</param>
/// <param name="ReadAsync">Reads the answer, and disposes of it; throws a <see cref="ContactException"/> when it is none.</param>
internal sealed record Question<T>(HttpMethod Method, string Path, Func<HttpResponseMessage, CancellationToken, Task<T>> ReadAsync)
    where T : class
{
    /// <summary>The join token, which stands for a certificate: with it none is shown, and the connection serves once. Null = the identity is shown.</summary>
    public string? Token { get; init; }

    /// <summary>The body, ASCII; null = there is none.</summary>
    public string? Body { get; init; }

    /// <summary>A header that tells what the node has already: its name and its value; null = there is none.</summary>
    public (string Name, string Value)? Known { get; init; }

    /// <summary>Writes the request to one of the authority's addresses.</summary>
    public HttpRequestMessage To(Uri url)
    {
        HttpRequestMessage request = new(Method, new Uri(url, Path)) { Content = Body is null ? null : new StringContent(Body, Encoding.ASCII) };
        if (Token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        }

        if (Known is var (name, value))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }
}
