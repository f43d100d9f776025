# cmake -DSOURCE=web -DOUT=FOLDER -DTESTS=ON|OFF -P npm.cmake: the packages of package-lock.json, into FOLDER/node_modules.
# Nothing that a package brings is run.  npm holds each against the digest in the lock file.
find_program(NPM npm)
if(NOT NPM)
	message(FATAL_ERROR "npm is not installed: the charts of the report (uPlot) come by it.  As root: deploy/packages.sh build")
endif()
file(MAKE_DIRECTORY ${OUT})
file(COPY ${SOURCE}/package.json ${SOURCE}/package-lock.json DESTINATION ${OUT})
set(omit --omit=dev)
if(TESTS)
	set(omit --include=dev)
endif()
execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --loglevel=error ${omit}
	WORKING_DIRECTORY ${OUT} RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(NOT status EQUAL 0)
	message(FATAL_ERROR "npm could not fetch what web/package-lock.json names (no network, and nothing in its cache?):\n${said}")
endif()
