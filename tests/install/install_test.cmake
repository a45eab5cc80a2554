# Installs into a folder of its own, as a package is made, and looks whether everything lies where the system looks for it.
#     cmake -D BUILD=… -D STAGE=… -P install_test.cmake
file(REMOVE_RECURSE ${STAGE})
execute_process(COMMAND ${CMAKE_COMMAND} -E env DESTDIR=${STAGE} ${CMAKE_COMMAND} --install ${BUILD} --prefix /usr
                OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)

foreach(file IN ITEMS
    bin/popfetch
    share/man/man1/popfetch.1
    share/man/man5/popfetch.toml.5
    share/man/man5/popfetch-json.5
    share/bash-completion/completions/popfetch
    share/zsh/site-functions/_popfetch
    share/fish/vendor_completions.d/popfetch.fish
    share/doc/popfetch/LICENSE
    share/doc/popfetch/README.md
    share/doc/popfetch/CHANGELOG.md
    share/doc/popfetch/examples/popfetch.toml
    share/popfetch/schemas/list.json)
  if(NOT EXISTS ${STAGE}/usr/${file})
    message(SEND_ERROR "not installed: ${file}")
  endif()
endforeach()

# Nothing of the tests and no static library of ours strays into the system.
file(GLOB_RECURSE strays ${STAGE}/*_test ${STAGE}/*.a ${STAGE}/*.hpp)
if(strays)
  message(SEND_ERROR "installed too: ${strays}")
endif()

execute_process(COMMAND ${STAGE}/usr/bin/popfetch --version OUTPUT_VARIABLE version COMMAND_ERROR_IS_FATAL ANY)
if(NOT version MATCHES "^popfetch [0-9]")
  message(SEND_ERROR "popfetch --version says: ${version}")
endif()
file(REMOVE_RECURSE ${STAGE})
