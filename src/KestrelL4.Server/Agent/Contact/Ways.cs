using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>All ways to the authority, in the order in which they are tried: the one that worked last, then as they are configured.</summary>
/// <param name="configuration">The addresses, and what leads there.</param>
/// <param name="memory">The pathway that worked in an earlier process, or before the connection was built anew.</param>
internal sealed class Ways(AuthorityConfiguration configuration, PathwayMemory memory)
{
    private readonly Way[] _configured = [.. Configured(configuration)];
    private volatile Way? _latest;

    /// <summary>The ways in order, at least one.</summary>
    public IReadOnlyList<Way> InOrder()
    {
        Way? latest = _latest;
        Pathway? remembered = memory.Pathway;
        return
        [
            .. _configured
                .OrderByDescending(way => way == latest)
                .ThenByDescending(way => way.Pathway == remembered),
        ];
    }

    /// <summary>Takes note that a way led to the authority; false when that is no news.</summary>
    public bool Note(Way way)
    {
        bool isNews = _latest != way;
        _latest = way;
        memory.Note(way.Pathway);
        return isNews;
    }

    private static IEnumerable<Way> Configured(AuthorityConfiguration configuration)
    {
        if (configuration.Pathway != Pathway.Via)
        {
            foreach (Uri url in configuration.Urls)
            {
                yield return new Way(url, null);
            }
        }

        if (configuration is { Pathway: not Pathway.Direct, Via: { } via })
        {
            foreach (Uri url in configuration.Urls)
            {
                yield return new Way(url, via) { SshConfig = configuration.SshConfig };
            }
        }
    }
}
