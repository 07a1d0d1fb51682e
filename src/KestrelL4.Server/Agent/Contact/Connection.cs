using System.Security.Cryptography.X509Certificates;
using KestrelL4.Protocol;
using KestrelL4.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>All that is built anew after some failures: the root as its file has it, the lines, and which way worked last.</summary>
/// <param name="configuration">Where the authority is, and by what it is known.</param>
/// <param name="pinned">The root where it is known by its pin; null = it is in a file.</param>
/// <param name="memory">The pathway that is remembered.</param>
/// <param name="logger">Where it logs.</param>
/// <param name="time">Its clock.</param>
internal sealed partial class Connection(
    AuthorityConfiguration configuration, PinnedRoot? pinned, PathwayMemory memory, ILogger logger, TimeProvider time) : IDisposable
{
    private readonly Ways _ways = new(configuration, memory);
    private readonly StandingLines _lines = new(time);
    private readonly Answers _answers = new(time);
    private volatile X509Certificate2? _fromFile;

    /// <summary>The authority's root.</summary>
    public async Task<Contact<X509Certificate2>> FindRootAsync(CancellationToken cancellation)
    {
        if (pinned is not null)
        {
            return pinned.Certificate is { } found ? found : await TryAsync(way => FetchRootAsync(way, pinned, cancellation)).ConfigureAwait(false);
        }

        if (_fromFile is { } read)
        {
            return read;
        }

        Contact<X509Certificate2> root = RootFile.Read(configuration.Ca!);
        _fromFile = root.Answer;
        return root;
    }

    /// <summary>Asks by every way until one leads to an answer, be it a refusal.</summary>
    /// <param name="identity">The certificate that is shown unless the question brings a token; null = none.</param>
    /// <param name="question">Gives the question for a way.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public async Task<Contact<T>> AskAsync<T>(X509Certificate2? identity, Func<Way, Question<T>> question, CancellationToken cancellation)
        where T : class
    {
        Contact<X509Certificate2> root = await FindRootAsync(cancellation).ConfigureAwait(false);
        return root.Failure is { } failure
            ? failure
            : await TryAsync(way => AskAsync(way, root.Answer!, identity, question(way), cancellation)).ConfigureAwait(false);
    }

    /// <summary>Closes idle connections at once, and others when they have done their work.</summary>
    public void Dispose() => _lines.Dispose();

    private async Task<Contact<T>> AskAsync<T>(
        Way way, X509Certificate2 root, X509Certificate2? identity, Question<T> question, CancellationToken cancellation)
        where T : class
    {
        var trust = new ServerTrust(root, time);
        if (question.Token is null)
        {
            return await new Attempt(way, (request, ending) => _lines.SendAsync(way, trust, identity, request, ending), time)
                .AskAsync(question, cancellation).ConfigureAwait(false);
        }

        // Whoever brings a token must show no certificate, and a connection shows one for as long as it lasts.
        using var line = new Line(way, trust.Validate, null, time);
        return await new Attempt(way, line.SendAsync, time).AskAsync(question, cancellation).ConfigureAwait(false);
    }

    private async Task<Contact<X509Certificate2>> FetchRootAsync(Way way, PinnedRoot root, CancellationToken cancellation)
    {
        var server = new ServerAtFirstSight();
        using var line = new Line(way, server.Keep, null, time);
        var question = new Question<X509Certificate2>(
            HttpMethod.Get,
            AuthorityRoutes.Ca,
            async (response, ending) => root.Take(await GivenAsync(response, ending).ConfigureAwait(false), server, time));
        return await new Attempt(way, line.SendAsync, time).AskAsync(question, cancellation).ConfigureAwait(false);
    }

    // Nobody knows yet who this is: a reason of an authority's is none here, and neither is the time that it asks for.
    private async Task<string> GivenAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            return await _answers.CertificatesAsync(response, cancellation).ConfigureAwait(false);
        }
        catch (ContactException refusal) when (refusal.Reason is not null)
        {
            throw new ContactException(
                refusal.Fault == ContactFault.Away ? ContactFault.Away : ContactFault.Misconfigured, "refuses to tell its root, which every authority tells everybody");
        }
    }

    private async Task<Contact<T>> TryAsync<T>(Func<Way, Task<Contact<T>>> attempt)
        where T : class
    {
        List<ContactFailure> failures = [];
        foreach (Way way in _ways.InOrder())
        {
            Contact<T> contact = await attempt(way).ConfigureAwait(false);
            if (contact.Failure is { Fault: not ContactFault.Refused } failure)
            {
                failures.Add(failure);
                continue;
            }

            if (_ways.Note(way) && failures.Count > 0)
            {
                PassedOver(logger, way, Tell(failures));
            }

            return contact;
        }

        return failures is [var only] ? only : Sum(failures);
    }

    // While one way may come back by itself, waiting helps.
    private static ContactFailure Sum(List<ContactFailure> failures) => new(
        failures.TrueForAll(static failure => failure.Fault == ContactFault.Misconfigured) ? ContactFault.Misconfigured : ContactFault.Away,
        $"No way leads to the authority: {Tell(failures)}");

    private static string Tell(List<ContactFailure> failures) => string.Join("; ", failures.Select(static failure => failure.Sentence));

    [LoggerMessage(1, LogLevel.Warning, "{Way} leads to the authority, and these do not: {Problems}")]
    private static partial void PassedOver(ILogger logger, Way way, string problems);
}
