using System.Net.Sockets;
using KestrelL4.Authority.Identities;
using KestrelL4.Authority.RegistryStore;
using KestrelL4.Protocol;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Authority;

/// <summary>Runs an authority from its directory to its end.</summary>
/// <param name="error">Where the operator reads why it does not start.</param>
/// <param name="loggers">Where it logs.</param>
/// <param name="time">Its clock.</param>
internal sealed partial class AuthorityProcess(TextWriter error, ILoggerFactory loggers, TimeProvider time)
{
    private readonly ILogger _logger = loggers.CreateLogger<AuthorityProcess>();

    /// <summary>Serves until it is told to stop.</summary>
    public async Task<AuthorityExit> RunAsync(AuthorityOptions options, CancellationToken stop)
    {
        if (!AuthorityDirectory.TryOpen(options.Directory, out AuthorityDirectory? directory, out string? problem))
        {
            return Fail(AuthorityExit.CannotStart, problem);
        }

        using (directory)
        {
            try
            {
                StoreFiles files = new(directory.Path);
                bool isNew = !File.Exists(files.Registry.Path);
                if (!new IssuerFiles(directory.Path, time).TryOpen(isNew, out Issuers? issuers, out string? refusal))
                {
                    return Fail(AuthorityExit.FilesInvalid, refusal);
                }

                using (issuers)
                {
                    using var store = Store.Open(files, time, loggers.CreateLogger<Store>());
                    return await ServeAsync(options, store, issuers, stop).ConfigureAwait(false);
                }
            }
            catch (InvalidDataException exception)
            {
                return Fail(AuthorityExit.FilesInvalid, exception.Message);
            }
            catch (SocketException exception)
            {
                return Fail(AuthorityExit.CannotStart, $"{string.Join(", ", options.Listen)} cannot be listened at ({exception.Message}); name another --listen");
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return Fail(AuthorityExit.CannotStart, exception.Message);
            }
        }
    }

    private async Task<AuthorityExit> ServeAsync(AuthorityOptions options, Store store, Issuers issuers, CancellationToken stop)
    {
        var host = AuthorityHost.Create(options, store, issuers, loggers, time);
        await using (host.ConfigureAwait(false))
        {
            await host.StartAsync().ConfigureAwait(false);
            RegistryState state = store.Registry.State;
            Ready(_logger, state.AuthorityId, string.Join(", ", host.Addresses), state.Epoch, state.Revision, CaPin.Of(issuers.Root.Certificate).ToString());
            await new IssuerWatch(issuers, loggers.CreateLogger<IssuerWatch>(), time).RunAsync(stop).ConfigureAwait(false);
        }

        Stopped(_logger);
        return AuthorityExit.Stopped;
    }

    private AuthorityExit Fail(AuthorityExit exit, string problem)
    {
        error.WriteLine($"kestrell4 authority run: cannot start: {problem.ReplaceLineEndings(" ").TrimEnd('.')}.");
        return exit;
    }

    [LoggerMessage(1, LogLevel.Information, "Authority {Id} is ready on {Addresses}, epoch {Epoch}, revision {Revision}, CaPin {Pin}")]
    private static partial void Ready(ILogger logger, string id, string addresses, long epoch, long revision, string pin);

    [LoggerMessage(2, LogLevel.Information, "Stopped")]
    private static partial void Stopped(ILogger logger);
}
