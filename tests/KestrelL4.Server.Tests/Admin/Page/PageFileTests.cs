using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using KestrelL4.Server.Admin.Page;

namespace KestrelL4.Server.Tests.Admin.Page;

/// <summary>The status page comes whole from the node, and nothing else may run in it.</summary>
public sealed partial class PageFileTests : IAsyncLifetime
{
    private AdminFixture _node = null!;

    public async Task InitializeAsync() => _node = await AdminFixture.StartedAsync();

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task Page_Asked_ForbidsAllButItsOwnFiles()
    {
        using HttpResponseMessage response = await GetAsync("/");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        string policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; ", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-cache", response.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task Page_ThatTheBrowserHas_Is304()
    {
        foreach (string path in PageFile.All.Keys.Select(Path))
        {
            using HttpResponseMessage first = await GetAsync(path);
            using HttpRequestMessage again = new(HttpMethod.Get, path);
            again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
            using HttpRequestMessage other = new(HttpMethod.Get, path);
            other.Headers.IfNoneMatch.Add(new EntityTagHeaderValue("\"another\""));

            using HttpResponseMessage unchanged = await _node.Client.SendAsync(again);
            using HttpResponseMessage changed = await _node.Client.SendAsync(other);

            Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
            Assert.Equal(await first.Content.ReadAsStringAsync(), await changed.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Page_Files_AreAllThereAndNoneComesFromElsewhere()
    {
        foreach (string name in PageFile.All.Keys)
        {
            string text = await _node.Client.GetStringAsync(new Uri(Path(name), UriKind.Relative));

            // Those of html stand beside the page, those of modules beside the module.
            string[] named = [.. Reference().Matches(text).Select(static match => match.Groups["name"].Value)];
            Assert.All(named, each => Assert.True(PageFile.All.ContainsKey(each), $"{name} names {each}"));
            Assert.DoesNotMatch(Foreign(), text);
        }
    }

    [Fact]
    public async Task Page_Markup_HasNoScriptAndNoStyleOfItsOwn()
    {
        string text = await _node.Client.GetStringAsync(new Uri("/", UriKind.Relative));

        Assert.DoesNotMatch(@"\sstyle=|<style|\son\w+=|javascript:|<script(?![^>]*\ssrc=)", text);
        Assert.Contains("<noscript>", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_CloseReasons_AreAllExplained()
    {
        string words = await _node.Client.GetStringAsync(new Uri(Path("words.js"), UriKind.Relative));

        Assert.All(Enum.GetValues<CloseReason>(), reason => Assert.Contains($"\n  {reason.Word()}: '", words, StringComparison.Ordinal));
    }

    [Fact]
    public async Task PageFile_Unknown_Is404()
    {
        using HttpResponseMessage response = await GetAsync("/page/nothing.js");
        using HttpResponseMessage outside = await GetAsync("/page/..%2Fappsettings.json");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, outside.StatusCode);
    }

    private static string Path(string name) => name == "index.html" ? "/" : $"/page/{name}";

    private Task<HttpResponseMessage> GetAsync(string path) => _node.Client.GetAsync(new Uri(path, UriKind.Relative));

    [GeneratedRegex(@"(?:(?:href|src)=""page/|from '\./|`page/(?=\w))(?<name>[\w.-]+)")]
    private static partial Regex Reference();

    // The namespace of pictures is a name, and nothing that anybody asks for.
    [GeneratedRegex(@"(?:https?:)?//(?!www\.w3\.org/2000/svg)\w+\.\w+|@import|innerHTML|insertAdjacentHTML|outerHTML|\beval\b")]
    private static partial Regex Foreign();
}
